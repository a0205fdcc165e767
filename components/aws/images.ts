/**
 * Registries from which SageMaker's own images come. AWS documents them per region; the account ids are those of the
 * SageMaker Python SDK (image_uri_config).
 */
import { partitionOf, type Target } from "./target.ts";

/** AWS Deep Learning Containers (PyTorch, TensorFlow, Hugging Face) in regions that have a registry of their own. */
const DEEP_LEARNING: Record<string, string> = {
  "af-south-1": "626614931356",
  "ap-east-1": "871362719292",
  "ap-east-2": "975050140332",
  "ap-northeast-3": "364406365360",
  "ap-south-2": "772153158452",
  "ap-southeast-3": "907027046896",
  "ap-southeast-4": "457447274322",
  "ap-southeast-5": "550225433462",
  "ap-southeast-7": "590183813437",
  "ca-west-1": "204538143572",
  "cn-north-1": "727897471807",
  "cn-northwest-1": "727897471807",
  "eu-central-2": "380420809688",
  "eu-south-1": "692866216735",
  "eu-south-2": "503227376785",
  "il-central-1": "780543022126",
  "me-central-1": "914824155844",
  "me-south-1": "217643126080",
  "mx-central-1": "637423239942",
  "us-gov-east-1": "446045086412",
  "us-gov-west-1": "442386744353",
};

/** The registry of AWS Deep Learning Containers everywhere else. */
const DEEP_LEARNING_DEFAULT = "763104351884";

/** SageMaker's scikit-learn and XGBoost images. */
const CLASSIC: Record<string, string> = {
  "af-south-1": "510948584623",
  "ap-east-1": "651117190479",
  "ap-northeast-1": "354813040037",
  "ap-northeast-2": "366743142698",
  "ap-northeast-3": "867004704886",
  "ap-south-1": "720646828776",
  "ap-south-2": "628508329040",
  "ap-southeast-1": "121021644041",
  "ap-southeast-2": "783357654285",
  "ap-southeast-3": "951798379941",
  "ap-southeast-4": "106583098589",
  "ca-central-1": "341280168497",
  "cn-north-1": "450853457545",
  "cn-northwest-1": "451049120500",
  "eu-central-1": "492215442770",
  "eu-central-2": "680994064768",
  "eu-north-1": "662702820516",
  "eu-south-1": "978288397137",
  "eu-south-2": "104374241257",
  "eu-west-1": "141502667606",
  "eu-west-2": "764974769150",
  "eu-west-3": "659782779980",
  "me-central-1": "272398656194",
  "me-south-1": "801668240914",
  "sa-east-1": "737474898029",
  "us-east-1": "683313688378",
  "us-east-2": "257758044811",
  "us-gov-east-1": "237065988967",
  "us-gov-west-1": "414596584902",
  "us-west-1": "746614075791",
  "us-west-2": "246618743249",
};

/** ARNs of the provider's repositories that jobs may pull from. */
export function providerImages({ region }: Target): string[] {
  const accounts = [DEEP_LEARNING[region] ?? DEEP_LEARNING_DEFAULT, CLASSIC[region]];
  return accounts.flatMap((account) =>
    account ? [`arn:${partitionOf(region)}:ecr:${region}:${account}:repository/*`] : [],
  );
}
