/** OpenSSL and its gost engine judge what is made here, and we read what they make. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTENT, member, type Member, NOW, sign, validity } from '../test/people.ts';
import { inFolder, opensslSkip, read, run } from '../test/openssl.ts';
import { createAuthority } from './authority.ts';
import { checkCertificate, parseCertificate, type KeyAlgorithm } from './certificate.ts';
import { CmsError } from './errors.ts';
import { fromPem, toPem } from './pem.ts';
import { mergeSignedData, openSignedData } from './signed-data.ts';

const options = { skip: opensslSkip };
const VERIFY =
  'cms -verify -binary -inform DER -in protocol.p7s -content protocol.bin -CAfile ca.pem -purpose any -out out.bin';

const certificates = (...ders: Uint8Array[]) =>
  ders.map((der) => toPem(der, 'CERTIFICATE')).join('');

/** Files as a commission would hand them over. */
function files(p7s: Uint8Array, content: Uint8Array, ...members: Member[]) {
  return {
    'protocol.p7s': p7s,
    'protocol.bin': content,
    'ca.pem': certificates(...members.map(({ authority }) => authority.certificate)),
  };
}

// OpenSSL 3.0 does not verify Ed25519 in CMS: see below, and bouncycastle.test.ts.
for (const algorithm of ['ecdsa-p256', 'ecdsa-p384', 'gost3410-2012-256'] as const) {
  test(
    `openssl cms verifies ${algorithm}, with and without CAdES, and refuses one changed byte`,
    options,
    () => {
      const one = member(algorithm);
      const p7s = sign(one, CONTENT, { signingTime: NOW });
      const changed = CONTENT.slice();
      changed[5] = (changed[5] as number) ^ 1;
      inFolder(files(p7s, CONTENT, one), (folder) => {
        assert.match(run(folder, VERIFY), /CMS Verification successful/);
        assert.match(run(folder, `${VERIFY} -cades`), /CAdES Verification successful/);
      });
      inFolder(files(p7s, changed, one), (folder) => {
        assert.throws(() => run(folder, VERIFY), /digest|verif/i);
      });
      inFolder(files(p7s, CONTENT, member(algorithm)), (folder) => {
        assert.throws(() => run(folder, VERIFY), /certificate verify error/);
      });
    },
  );
}

test('openssl cms verifies a document that several have signed', options, () => {
  const members = (['ecdsa-p256', 'gost3410-2012-256', 'ecdsa-p384', 'ecdsa-p256'] as const).map(
    (algorithm, i) => member(algorithm, `Член комиссии № ${i}`),
  );
  const merged = mergeSignedData(members.map((one) => sign(one, CONTENT)));
  inFolder(files(merged, CONTENT, ...members), (folder) => {
    assert.match(run(folder, `${VERIFY} -cades`), /CAdES Verification successful/);
    const shown = run(folder, 'cms -cmsout -print -inform DER -in protocol.p7s');
    assert.equal(shown.match(/signatureAlgorithm:/g)?.length, 4);
  });
  inFolder(files(merged, CONTENT, ...members.slice(1)), (folder) => {
    assert.throws(() => run(folder, VERIFY), /certificate verify error/);
  });
});

test('openssl verifies Ed25519 over the attributes that it finds itself', options, () => {
  const one = member('ed25519');
  const p7s = sign(one, CONTENT);
  inFolder(files(p7s, CONTENT, one), (folder) => {
    const lines = run(folder, 'asn1parse -inform DER -in protocol.p7s').split('\n');
    // The signer is the last element of depth 4 that is a sequence; its parts are of depth 5.
    const parts = lines.filter((line) => /d=5 /.test(line)).map((line) => line.trim());
    const field = (line: string | undefined) => {
      const [, at, head, length] = /^(\d+):d=5\s+hl=(\d+)\s+l=\s*(\d+)/.exec(line ?? '') ?? [];
      return p7s.slice(Number(at), Number(at) + Number(head) + Number(length));
    };
    const attributes = field(parts.findLast((line) => line.includes('cont [ 0 ]')));
    const signature = field(parts.at(-1)).subarray(-64);
    attributes[0] = 0x31; // RFC 5652, section 5.4: signed as a SET OF
    const verify = (message: Uint8Array) =>
      inFolder({ 'cert.pem': certificates(one.certificate), message, signature }, (inner) => {
        run(inner, 'x509 -in cert.pem -pubkey -noout -out key.pem');
        return run(
          inner,
          'pkeyutl -verify -pubin -inkey key.pem -rawin -in message -sigfile signature',
        );
      });
    assert.match(verify(attributes), /Verified Successfully/);
    const digest = run(folder, 'dgst -sha512 -r protocol.bin').slice(0, 128);
    assert.ok(Buffer.from(attributes).toString('hex').includes(digest));
    attributes[attributes.length - 1] = (attributes.at(-1) as number) ^ 1;
    assert.throws(() => verify(attributes), /Verification Failure/);
  });
});

test(
  'openssl verifies certificates of every algorithm under authorities of every algorithm',
  options,
  () => {
    for (const top of ['ecdsa-p256', 'ecdsa-p384', 'ed25519', 'gost3410-2012-256'] as const) {
      const authority = createAuthority({ algorithm: top, name: 'УЦ', ...validity });
      for (const algorithm of [
        'ecdsa-p256',
        'ecdsa-p384',
        'ed25519',
        'gost3410-2012-256',
      ] as const) {
        const one = member(algorithm, 'Пётр', authority);
        const pem = {
          'ca.pem': certificates(authority.certificate),
          'cert.pem': certificates(one.certificate),
        };
        inFolder(pem, (folder) => {
          assert.match(run(folder, 'verify -x509_strict -CAfile ca.pem cert.pem'), /cert.pem: OK/);
        });
      }
    }
  },
);

test('openssl reads in a certificate what we wrote', options, () => {
  const one = member('gost3410-2012-256', 'Анна');
  const parsed = parseCertificate(one.certificate);
  inFolder({ 'cert.pem': certificates(one.certificate) }, (folder) => {
    const shown = run(
      folder,
      'x509 -in cert.pem -noout -text -serial -startdate -dateopt iso_8601 -nameopt utf8',
    );
    assert.match(shown, /Subject: CN ?= ?Анна/);
    assert.match(shown, /CA:FALSE/);
    assert.match(shown, /Digital Signature, Non Repudiation/);
    assert.match(shown, new RegExp(`serial=${parsed.serial}`, 'i'));
    const start = parsed.notBefore.toISOString().slice(0, 19).replace('T', ' ');
    assert.match(shown, new RegExp(`notBefore=${start}`));
  });
});

/** Keys of `openssl req -newkey`. */
const NEW_KEY: Readonly<Record<string, { algorithm: KeyAlgorithm; args: string; md: string }>> = {
  'P-256': {
    algorithm: 'ecdsa-p256',
    args: 'ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve',
    md: '',
  },
  'P-384 with SHA-256, as OpenSSL has it': {
    algorithm: 'ecdsa-p384',
    args: 'ec -pkeyopt ec_paramgen_curve:P-384',
    md: '',
  },
  'P-384 with SHA-384': {
    algorithm: 'ecdsa-p384',
    args: 'ec -pkeyopt ec_paramgen_curve:P-384',
    md: '-md sha384',
  },
  'P-256 with SHA-512': {
    algorithm: 'ecdsa-p256',
    args: 'ec -pkeyopt ec_paramgen_curve:P-256',
    md: '-md sha512',
  },
  'GOST, CryptoPro-A': {
    algorithm: 'gost3410-2012-256',
    args: 'gost2012_256 -pkeyopt paramset:A',
    md: '-md md_gost12_256',
  },
  'GOST, TC26 B': {
    algorithm: 'gost3410-2012-256',
    args: 'gost2012_256 -pkeyopt paramset:TCB',
    md: '-md md_gost12_256',
  },
};

/** An authority and a member, by OpenSSL alone. */
function opensslPeople(folder: string, args: string, top = args): void {
  run(
    folder,
    `req -x509 -newkey ${top} -nodes -keyout ca.key -out ca.pem -subj /CN=root -days 30 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign`,
  );
  run(
    folder,
    `req -newkey ${args} -nodes -keyout a.key -out a.csr -utf8 -subj '/SN=Иванова/GN=Анна Петровна/O=УИК'`,
  );
  run(
    folder,
    'x509 -req -in a.csr -CA ca.pem -CAkey ca.key -out a.pem -days 20 -extfile ext -set_serial 0x80aa',
  );
}

const EXTENSIONS = {
  ext: 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
};
const SIGN = 'cms -sign -binary -in protocol.bin -outform DER -out protocol.p7s';

for (const [name, { algorithm, args, md }] of Object.entries(NEW_KEY)) {
  test(`we open what openssl cms signs: ${name}`, options, () => {
    inFolder({ 'protocol.bin': CONTENT, ...EXTENSIONS }, (folder) => {
      opensslPeople(folder, args);
      run(folder, `${SIGN} -cades -signer a.pem -inkey a.key ${md}`);
      const p7s = read(folder, 'protocol.p7s');
      const [signer, ...others] = openSignedData(p7s, CONTENT);
      assert.ok(signer);
      assert.equal(others.length, 0);
      const { certificate } = signer;
      assert.equal(certificate.algorithm, algorithm);
      assert.equal(certificate.subject.commonName, 'Иванова Анна Петровна');
      assert.equal(certificate.serial, '80aa');
      assert.deepEqual(certificate.keyUsage, ['digitalSignature']);
      assert.ok(Math.abs((signer.signingTime as Date).getTime() - Date.now()) < 3600_000);
      // S/MIME capabilities.
      assert.deepEqual(
        signer.attributes.map(({ oid }) => oid),
        ['1.2.840.113549.1.9.15'],
      );
      const pem = new TextDecoder().decode(read(folder, 'ca.pem'));
      const authority = parseCertificate(fromPem(pem, 'CERTIFICATE'));
      assert.equal(checkCertificate(certificate, authority, new Date()), undefined);
      assert.throws(() => openSignedData(p7s, CONTENT.subarray(1)), refusedAs('cms.digest'));
    });
  });
}

const refusedAs = (code: string) => (error: unknown) =>
  error instanceof CmsError && error.code === code;

test('a certificate of openssl’s Ed25519 authority', options, () => {
  inFolder(EXTENSIONS, (folder) => {
    opensslPeople(folder, 'ed25519');
    const pem = (file: string) =>
      parseCertificate(fromPem(new TextDecoder().decode(read(folder, file)), 'CERTIFICATE'));
    assert.equal(pem('a.pem').algorithm, 'ed25519');
    assert.equal(checkCertificate(pem('a.pem'), pem('ca.pem'), new Date()), undefined);
  });
});

test('what of openssl cms is not a detached CAdES-BES signature is refused', options, () => {
  inFolder({ 'protocol.bin': CONTENT, ...EXTENSIONS }, (folder) => {
    opensslPeople(folder, 'ec -pkeyopt ec_paramgen_curve:P-256');
    const cases: [string, string][] = [
      ['-nodetach -cades', 'cms.attached'],
      ['', 'cms.attribute'],
      ['-noattr', 'cms.attribute'],
      ['-nocerts -cades', 'cms.certificates'],
      ['-certfile ca.pem -cades', 'cms.certificates'],
      ['-keyid -cades', 'cms.der'],
      ['-econtent_type 1.2.3 -cades', 'cms.der'],
      ['-stream -nodetach', 'cms.der'],
    ];
    for (const [args, code] of cases) {
      run(folder, `${SIGN} -signer a.pem -inkey a.key ${args}`);
      const p7s = read(folder, 'protocol.p7s');
      assert.throws(() => openSignedData(p7s, CONTENT), refusedAs(code), args);
    }
  });
});

test('certificates of openssl that the profile does not allow', options, () => {
  inFolder({}, (folder) => {
    const make = (key: string, more: string) => {
      run(
        folder,
        `req -x509 -newkey ${key} -nodes -keyout k -out c.pem -subj /CN=root -addext basicConstraints=CA:TRUE ${more}`,
      );
      const pem = new TextDecoder().decode(read(folder, 'c.pem'));
      return () => parseCertificate(fromPem(pem, 'CERTIFICATE'));
    };
    const p256 = 'ec -pkeyopt ec_paramgen_curve:P-256';
    assert.throws(make('rsa:2048', ''), refusedAs('cms.algorithm'));
    assert.throws(make('ec -pkeyopt ec_paramgen_curve:secp256k1', ''), refusedAs('cms.algorithm'));
    assert.throws(make('gost2012_512 -pkeyopt paramset:A', ''), refusedAs('cms.algorithm'));
    assert.throws(make(`gost2012_256 -pkeyopt paramset:B`, ''), refusedAs('cms.algorithm'));
    assert.throws(make(p256, '-addext 1.2.3.4=critical,ASN1:NULL'), refusedAs('cms.certificate'));
    assert.throws(
      make(p256, '-addext nameConstraints=critical,permitted;DNS:a'),
      refusedAs('cms.certificate'),
    );
    make(p256, '-addext 1.2.3.4=ASN1:NULL')();
  });
});
