package dev.drover.engine.start;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What of a damage a file of certificates shows by itself: a port opens with a certificate whose
 * bits have turned, and then no client takes it. What nobody in the file has signed cannot be told.
 */
final class Chains {
  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ");

  private Chains() {}

  /**
   * What is wrong.
   *
   * @param all the certificates that were read, the port's own first; at least one
   * @param text what they were read from
   */
  static Optional<String> wrong(List<X509Certificate> all, String text) {
    if (text.indexOf('\0') >= 0 || BEGIN.matcher(text).results().count() != all.size()) {
      return Optional.of("a part of it is no certificate in PEM");
    }
    X509Certificate own = all.get(0);
    if (all.size() > 1 && issuers(own, all).isEmpty()) {
      return Optional.of("who signed " + name(own) + " is not among the others in it");
    }
    List<X509Certificate> ends = all.stream().filter(one -> issuers(one, all).isEmpty()).toList();
    boolean root = all.stream().anyMatch(one -> issuers(one, all).contains(one));
    if (ends.size() > (root ? 0 : 1)) {
      return Optional.of("who signed " + name(ends.get(0)) + " is not among the others in it");
    }
    for (X509Certificate one : all) {
      List<X509Certificate> issuers = issuers(one, all);
      if (!issuers.isEmpty() && issuers.stream().noneMatch(issuer -> signed(one, issuer))) {
        return Optional.of(name(one) + " is not what " + name(issuers.get(0)) + " signed");
      }
    }
    return Optional.empty();
  }

  private static List<X509Certificate> issuers(X509Certificate of, List<X509Certificate> all) {
    return all.stream()
        .filter(one -> one.getSubjectX500Principal().equals(of.getIssuerX500Principal()))
        .toList();
  }

  private static boolean signed(X509Certificate one, X509Certificate issuer) {
    try {
      one.verify(issuer.getPublicKey());
      return true;
    } catch (NoSuchAlgorithmException e) {
      // nothing can be said
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String name(X509Certificate one) {
    return "the certificate of " + one.getSubjectX500Principal();
  }
}
