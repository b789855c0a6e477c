package dev.drover.engine.start;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the files of TLS before a port is opened with them: a certificate with the key of another
 * one opens, and then every handshake fails.
 */
public final class TlsFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final byte[] PROBE = "drover".getBytes(StandardCharsets.US_ASCII);

  private TlsFiles() {}

  /** The certificates of a PEM file, the server's own first. */
  public static List<X509Certificate> certificates(Path file)
      throws IOException, CertificateException {
    List<X509Certificate> found = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(in)
          .forEach(one -> found.add((X509Certificate) one));
    }
    return found;
  }

  /** What is wrong with a chain and its key, with what to do; nothing when they go together. */
  static Optional<String> wrong(
      String certificateName, Path certificate, String keyName, Path key) {
    Optional<String> unreadable = wrong(certificateName, certificate);
    if (unreadable.isPresent()) {
      return unreadable;
    }
    try {
      PublicKey owner = certificates(certificate).get(0).getPublicKey();
      Optional<PrivateKey> secret = key(key, owner.getAlgorithm());
      if (secret.isEmpty()) {
        return Optional.of(
            keyName
                + ": "
                + key
                + " holds no private key in PKCS#8 PEM; convert it with"
                + " openssl pkcs8 -topk8 -nodes");
      }
      return fit(secret.get(), owner)
          ? Optional.empty()
          : Optional.of(strangers(certificateName, certificate, keyName, key));
    } catch (GeneralSecurityException e) {
      // a key of another algorithm cannot be read as one of the certificate's
      return Optional.of(strangers(certificateName, certificate, keyName, key));
    } catch (IOException e) {
      return Optional.of(keyName + ": " + key + " cannot be read: " + e.getMessage());
    }
  }

  /** What is wrong with a file of certificates. */
  static Optional<String> wrong(String name, Path file) {
    try {
      List<X509Certificate> all = certificates(file);
      return all.isEmpty()
          ? Optional.of(name + ": " + file + " holds no certificate in PEM")
          : Chains.wrong(all, Files.readString(file, StandardCharsets.ISO_8859_1))
              .map(what -> name + ": " + file + " is damaged: " + what + "; put it there again");
    } catch (CertificateException e) {
      return Optional.of(name + ": " + file + " holds no certificate in PEM: " + e.getMessage());
    } catch (IOException e) {
      return Optional.of(name + ": " + file + " cannot be read: " + e.getMessage());
    }
  }

  /** What is wrong with Java's own trust store, which without a word trusts nobody then. */
  static Optional<String> trustStore(String file, String password, String type) {
    if (file == null || file.isBlank() || file.equals("NONE")) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      KeyStore store =
          KeyStore.getInstance(type == null || type.isBlank() ? KeyStore.getDefaultType() : type);
      store.load(in, password == null ? null : password.toCharArray());
      return Optional.empty();
    } catch (IOException | GeneralSecurityException e) {
      return Optional.of(
          "javax.net.ssl.trustStore: "
              + file
              + " cannot be read as a key store: "
              + e.getMessage());
    }
  }

  /**
   * The certificates of Java's own trust store.
   *
   * @throws IllegalStateException when it cannot be read
   */
  public static List<X509Certificate> trustedByJava() {
    String file = System.getProperty("javax.net.ssl.trustStore");
    String password = System.getProperty("javax.net.ssl.trustStorePassword");
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      KeyStore store =
          KeyStore.getInstance(
              System.getProperty("javax.net.ssl.trustStoreType", KeyStore.getDefaultType()));
      store.load(in, password == null ? null : password.toCharArray());
      List<X509Certificate> found = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate certificate) {
          found.add(certificate);
        }
      }
      return found;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("javax.net.ssl.trustStore: " + file + " cannot be read", e);
    }
  }

  private static Optional<PrivateKey> key(Path file, String algorithm)
      throws IOException, GeneralSecurityException {
    Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      return Optional.empty();
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(pem.group(1));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.of(
        KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der)));
  }

  /** What the one signs, the other verifies. */
  private static boolean fit(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm =
        switch (owner.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> owner.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(PROBE);
    byte[] signed = signature.sign();
    signature.initVerify(owner);
    signature.update(PROBE);
    return signature.verify(signed);
  }

  private static String strangers(
      String certificateName, Path certificate, String keyName, Path key) {
    return certificateName
        + " and "
        + keyName
        + ": "
        + key
        + " is not the key of the first certificate in "
        + certificate
        + "; give the two that were made together";
  }
}
