// Assets and archives of every kind.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const { FileArchive, FileAsset, StringAsset, AssetArchive } = pulumi.asset;
new Thing("thing", {
  value: new StringAsset("text"),
  other: new AssetArchive({
    "a.txt": new StringAsset("a"),
    "sub/b.txt": new FileAsset("./file.txt"),
    c: new FileArchive("./folder"),
  }),
  file: new FileAsset("./file.txt"),
  folder: new FileArchive("./folder"),
});
