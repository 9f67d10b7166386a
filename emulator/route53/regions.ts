import type { Place } from "./engine/routing";

/** Where regions are: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
export const REGION_LOCATIONS: Readonly<Record<string, Place>> = {
  "us-east-1": { continent: "NA", country: "US", subdivision: "VA" },
  "us-east-2": { continent: "NA", country: "US", subdivision: "OH" },
  "us-west-1": { continent: "NA", country: "US", subdivision: "CA" },
  "us-west-2": { continent: "NA", country: "US", subdivision: "OR" },
  "ca-central-1": { continent: "NA", country: "CA" },
  "sa-east-1": { continent: "SA", country: "BR" },
  "eu-west-1": { continent: "EU", country: "IE" },
  "eu-west-2": { continent: "EU", country: "GB" },
  "eu-west-3": { continent: "EU", country: "FR" },
  "eu-central-1": { continent: "EU", country: "DE" },
  "eu-north-1": { continent: "EU", country: "SE" },
  "ap-northeast-1": { continent: "AS", country: "JP" },
  "ap-south-1": { continent: "AS", country: "IN" },
  "ap-southeast-1": { continent: "AS", country: "SG" },
  "ap-southeast-2": { continent: "OC", country: "AU" },
};
