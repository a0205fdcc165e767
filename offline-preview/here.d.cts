/** The folder of this package. */
export declare const folder: string;
/** The CommonJS modules that this process has loaded, by file. */
export declare const requireCache: NodeJS.Dict<NodeModule>;
