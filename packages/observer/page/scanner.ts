/**
 * Reads QR codes from the camera where the browser can do so by itself
 * (https://wicg.github.io/shape-detection-api/): no picture leaves the page, and none is kept.
 */

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const LOOK_EVERY_MS = 200;

function detectorClass(): DetectorClass | undefined {
  return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
}

/** Whether this browser can scan at all. */
export function canScan(): boolean {
  return detectorClass() !== undefined && 'mediaDevices' in navigator;
}

/**
 * Shows the camera in the element and answers the first code that begins with one of the prefixes.
 * Undefined if it was stopped; throws what the browser throws where there is no camera.
 */
export async function scan(
  video: HTMLVideoElement,
  prefixes: readonly string[],
  stopped: AbortSignal,
): Promise<string | undefined> {
  const detector = new (detectorClass() as DetectorClass)({ formats: ['qr_code'] });
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment' },
  });
  try {
    video.srcObject = stream;
    await video.play();
    while (!stopped.aborted) {
      for (const { rawValue } of await detector.detect(video)) {
        if (prefixes.some((prefix) => rawValue.startsWith(prefix))) return rawValue;
      }
      await new Promise((go) => setTimeout(go, LOOK_EVERY_MS));
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
