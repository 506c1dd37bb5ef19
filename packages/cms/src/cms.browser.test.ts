/** Everything runs in pages as it does in Node. */
import type {} from 'mocha';
import { expect } from 'chai';
import { ALGORITHMS, CONTENT, member, NOW, sign } from '../test/people.ts';
import { checkCertificate, parseCertificate } from './certificate.ts';
import { CmsError } from './errors.ts';
import { mergeSignedData, openSignedData } from './signed-data.ts';

describe('cms in Chromium', () => {
  it('signs, opens and refuses with every algorithm', () => {
    const members = ALGORITHMS.map((algorithm) => member(algorithm));
    const merged = mergeSignedData(members.map((one) => sign(one, CONTENT, { signingTime: NOW })));
    const signers = openSignedData(merged, CONTENT);
    expect(signers.map(({ certificate }) => certificate.algorithm)).to.have.members([
      ...ALGORITHMS,
    ]);
    const roots = members.map(({ authority }) => parseCertificate(authority.certificate));
    for (const { certificate } of signers)
      expect(roots.map((root) => checkCertificate(certificate, root, NOW))).to.include(undefined);
    expect(() => openSignedData(merged, CONTENT.subarray(1))).to.throw(CmsError);
  });
});
