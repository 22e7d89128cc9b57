/** Longest side a photo is sent with; the server makes it no larger than this either. */
const LONGEST_PX = 2048;
/** Photos up to this many bytes are sent as they are. */
const SMALL_BYTES = 600_000;

/** What the file dialog offers; phones turn their own formats into JPEG when asked like this. */
export const PHOTO_TYPES = "image/jpeg,image/png,image/webp";

/**
 * Makes a large photo small before it is sent: a citizen on a weak network should not wait for 8 MB. The browser that
 * can't do it sends the original; the server checks and shrinks whatever comes.
 */
export async function shrink(file: Blob): Promise<Blob> {
  if (file.size <= SMALL_BYTES || typeof createImageBitmap !== "function") return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file;
  }
}

/** A point on the map as the browser gives it. */
export interface Point {
  lat: number;
  lon: number;
  accuracy?: number;
}

/** Where the citizen is; rejects with a sentence to show. Asks the browser's permission. */
export function whereAmI(): Promise<Point> {
  return new Promise((found, failed) => {
    if (!("geolocation" in navigator)) {
      failed(new Error("这个浏览器不能定位，请用文字说一下位置"));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy) }),
      (error) => failed(new Error(error.code === error.PERMISSION_DENIED
        ? "没有得到定位的许可，请用文字说一下位置"
        : "这会儿没能定上位，请用文字说一下位置")),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}
