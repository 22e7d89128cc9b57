import { stamp } from "../../shared/time";
import type { OfficeReach } from "../api/types";

/** Whether a department works now, in words. */
export function opening(reach: OfficeReach): string {
  if (reach.open === null) return "上班时间没有填";
  if (reach.open) return "现在上班";
  return reach.opens_at ? `现在下班，${stamp(reach.opens_at)} 上班` : "现在下班";
}
