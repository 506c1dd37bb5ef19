/** What an issuer asks the manifest about stations: whose kiosks they are, which styles they serve. */
import { servedStyles, type Manifest } from '@kabina/election/manifest';

/** The signing key of a kiosk of that station; undefined for any other. */
export function kioskKey(
  manifest: Manifest,
  station: string,
  kiosk: string,
): Uint8Array | undefined {
  return manifest.kiosks.find((one) => one.id === kiosk && one.station === station)?.signingKey;
}

/** Whether a station exists and has keys for all contests of a style. */
export function serves(manifest: Manifest, station: string, style: string): boolean {
  const exists = manifest.stations.some(({ id }) => id === station);
  return exists && servedStyles(manifest, station).some(({ id }) => id === style);
}
