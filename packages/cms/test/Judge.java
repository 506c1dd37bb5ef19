// For tests: Bouncy Castle as a judge. Knows nothing of the code beside it.
//   verify CONTENT P7S CA…   prints one line for each signer: algorithm, and whether all is good
//   sign KIND CONTENT OUT CA makes a key, an authority and a CAdES-BES signature
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Security;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.DefaultSignedAttributeTableGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

public class Judge {
  public static void main(String[] args) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    if (args[0].equals("verify")) verify(args);
    else sign(args[1], bytes(args[2]), Path.of(args[3]), Path.of(args[4]));
  }

  static byte[] bytes(String name) throws Exception {
    return Files.readAllBytes(Path.of(name));
  }

  static void verify(String[] args) throws Exception {
    CMSSignedData data = new CMSSignedData(new CMSProcessableByteArray(bytes(args[1])), bytes(args[2]));
    for (SignerInformation signer : data.getSignerInfos()) {
      X509CertificateHolder certificate =
          (X509CertificateHolder) data.getCertificates().getMatches(signer.getSID()).iterator().next();
      String verdict;
      try {
        boolean good = signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate));
        verdict = good && named(signer, certificate) && issued(certificate, args) ? "good" : "bad";
      } catch (Exception error) {
        verdict = "bad " + error.getMessage();
      }
      System.out.println(certificate.getSubjectPublicKeyInfo().getAlgorithm().getAlgorithm() + " " + verdict);
    }
  }

  static boolean named(SignerInformation signer, X509CertificateHolder certificate) throws Exception {
    Attribute attribute = signer.getSignedAttributes().get(PKCSObjectIdentifiers.id_aa_signingCertificateV2);
    ESSCertIDv2 id = SigningCertificateV2.getInstance(attribute.getAttributeValues()[0]).getCerts()[0];
    MessageDigest digest = MessageDigest.getInstance(id.getHashAlgorithm().getAlgorithm().getId(), "BC");
    return Arrays.equals(id.getCertHash(), digest.digest(certificate.getEncoded()));
  }

  static boolean issued(X509CertificateHolder certificate, String[] args) throws Exception {
    for (String name : List.of(args).subList(3, args.length)) {
      X509CertificateHolder ca = new X509CertificateHolder(bytes(name));
      if (!ca.getSubject().equals(certificate.getIssuer())) continue;
      if (certificate.isSignatureValid(new JcaContentVerifierProviderBuilder().setProvider("BC").build(ca))) return true;
    }
    return false;
  }

  static void sign(String kind, byte[] content, Path out, Path ca) throws Exception {
    KeyPair root = KeyPairGenerator.getInstance(kind, "BC").generateKeyPair();
    KeyPair key = KeyPairGenerator.getInstance(kind, "BC").generateKeyPair();
    ContentSigner rootSigner = new JcaContentSignerBuilder(kind).setProvider("BC").build(root.getPrivate());
    X509CertificateHolder rootCertificate = certificate("CN=root", root, true, rootSigner);
    X509CertificateHolder certificate = certificate("CN=member", key, false, rootSigner);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    ASN1EncodableVector attributes = new ASN1EncodableVector();
    ASN1Encodable named = new SigningCertificateV2(new ESSCertIDv2[] {new ESSCertIDv2(hash)});
    attributes.add(new Attribute(PKCSObjectIdentifiers.id_aa_signingCertificateV2, new DERSet(named)));
    JcaSignerInfoGeneratorBuilder builder =
        new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider("BC").build());
    builder.setSignedAttributeGenerator(new DefaultSignedAttributeTableGenerator(new AttributeTable(attributes)));
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    generator.addSignerInfoGenerator(
        builder.build(new JcaContentSignerBuilder(kind).setProvider("BC").build(key.getPrivate()), certificate));
    generator.addCertificates(new JcaCertStore(List.of(certificate)));
    CMSSignedData data = generator.generate(new CMSProcessableByteArray(content), false);
    Files.write(out, data.toASN1Structure().getEncoded("DER"));
    Files.write(ca, rootCertificate.getEncoded());
  }

  static X509CertificateHolder certificate(String name, KeyPair key, boolean isAuthority, ContentSigner signer)
      throws Exception {
    Date from = new Date(System.currentTimeMillis() - 86400_000L);
    Date to = new Date(System.currentTimeMillis() + 86400_000L);
    BigInteger serial = BigInteger.valueOf(isAuthority ? 1 : 2);
    int usage = isAuthority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature;
    return new JcaX509v3CertificateBuilder(
            new X500Name("CN=root"), serial, from, to, new X500Name(name), key.getPublic())
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority))
        .addExtension(Extension.keyUsage, true, new KeyUsage(usage))
        .build(signer);
  }
}
