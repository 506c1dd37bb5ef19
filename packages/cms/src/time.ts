/**
 * Times of certificates and of signatures: whole seconds, UTCTime for the years 1950 to 2049 and
 * GeneralizedTime for all others (RFC 5280, section 4.1.2.5; RFC 5652, section 11.3).
 */
import { Time } from '@peculiar/asn1-x509';
import { CmsError } from './errors.ts';

const UTC_YEARS = { first: 1950, last: 2049 };

function isUtcYear(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= UTC_YEARS.first && year <= UTC_YEARS.last;
}

/** Throws {@link CmsError} `cms.time` if the form is not that of the year. */
export function readTime(time: Time): Date {
  const date = time.getTime();
  if (isUtcYear(date) !== (time.utcTime !== undefined))
    throw new CmsError('cms.time', `the form of time is not the one for ${date.getUTCFullYear()}`);
  return date;
}

/** Drops what is less than a second. Throws {@link CmsError} `cms.time` outside the years 0 to 9999. */
export function writeTime(time: Date): Time {
  const date = new Date(Math.floor(time.getTime() / 1000) * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new CmsError('cms.time', 'not a time that can be written');
  return new Time(isUtcYear(date) ? { utcTime: date } : { generalTime: date });
}
