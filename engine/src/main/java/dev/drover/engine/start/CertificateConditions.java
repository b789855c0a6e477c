package dev.drover.engine.start;

import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Says where people look that a certificate ends soon, has ended, or does not count yet. They are
 * those that were read at the start, as the ports have them: a file that was renewed since counts
 * at the next start, and that is said too.
 */
public final class CertificateConditions {
  /** The check of {@code /health}. */
  public static final String CHECK = "certificates";

  private static final String SHOWN = "certificate-central";

  private static final String JAVAS = "javax.net.ssl.trustStore";

  /**
   * A file with certificates.
   *
   * @param ours whether clients refuse this process when one of its certificates has ended; else it
   *     says whom this process trusts
   */
  private record Source(
      String setting, Path file, boolean ours, X509Certificate first, Problems problems) {}

  /** What is wrong with a certificate at an instant. */
  @FunctionalInterface
  private interface Problems {
    Optional<Fault> at(Instant now);
  }

  private record Fault(boolean ended, String words) {}

  private final Conditions conditions;
  private final Clock clock;
  private final Duration before;
  private final List<Source> sources = new ArrayList<>();
  private final AtomicReference<List<X509Certificate>> shown = new AtomicReference<>(List.of());

  /**
   * Nothing is watched yet.
   *
   * @param before how long before its end a certificate is told
   */
  public CertificateConditions(Conditions conditions, Clock clock, Duration before) {
    this.conditions = conditions;
    this.clock = clock;
    this.before = before;
  }

  /** Watches the chain that a port of this process shows; a blank name is none. */
  public CertificateConditions own(String setting, String file) {
    return add(setting, file, true);
  }

  /** Watches certificates of authorities whom this process trusts; a blank name is none. */
  public CertificateConditions trusted(String setting, String file) {
    return add(setting, file, false);
  }

  private CertificateConditions add(String setting, String file, boolean ours) {
    if (file != null && !file.isBlank()) {
      Path path = Path.of(file.strip());
      try {
        List<X509Certificate> all = TlsFiles.certificates(path);
        sources.add(new Source(setting, path, ours, all.get(0), now -> worst(all, now)));
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException(setting + ": " + path + " cannot be read", e);
      }
    }
    return this;
  }

  /**
   * Watches Java's trust store when one of its own is set. Somebody in it may have ended long ago;
   * that nobody is left is told.
   */
  public CertificateConditions javaTrust() {
    String file = System.getProperty(JAVAS, "");
    if (!file.isBlank() && !file.equals("NONE")) {
      List<X509Certificate> all = TlsFiles.trustedByJava();
      Optional<X509Certificate> last =
          all.stream().max(Comparator.comparing(X509Certificate::getNotAfter));
      last.ifPresent(
          one ->
              sources.add(new Source(JAVAS, Path.of(file), false, null, now -> fault(one, now))));
    }
    return this;
  }

  /**
   * Takes the chain that another process showed last, and that was taken; an empty one is none. It
   * is told before it ends: afterwards nobody is there any more who could be told by it.
   */
  public void shows(List<X509Certificate> chain) {
    shown.set(List.copyOf(chain));
  }

  /** Who came this far did not need one that has ended: some chains carry such for old clients. */
  private Optional<Fault> shown(Instant now) {
    List<X509Certificate> chain = shown.get();
    return chain.stream()
        .flatMap(one -> fault(one, now).filter(f -> one == chain.get(0) || !f.ended).stream())
        .findFirst();
  }

  private Optional<Fault> worst(List<X509Certificate> all, Instant now) {
    List<Fault> found = all.stream().flatMap(one -> fault(one, now).stream()).toList();
    return found.stream().filter(Fault::ended).findFirst().or(() -> found.stream().findFirst());
  }

  private Optional<Fault> fault(X509Certificate certificate, Instant now) {
    String name = "the certificate of " + certificate.getSubjectX500Principal();
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isBefore(begin)) {
      return Optional.of(new Fault(true, name + " counts only from " + begin + " on"));
    }
    Duration left = Duration.between(now, end);
    if (left.isNegative()) {
      return Optional.of(
          new Fault(true, name + " has ended at " + end + ", " + words(left) + " ago"));
    }
    return left.compareTo(before) < 0
        ? Optional.of(new Fault(false, name + " ends in " + words(left) + ", at " + end))
        : Optional.empty();
  }

  private static String words(Duration left) {
    return ClockConditions.words(left);
  }

  /** Looks at all of them, by the clock. */
  public void look() {
    Instant now = clock.instant();
    for (Source source : sources) {
      String part = "certificate-" + source.setting;
      source
          .problems
          .at(now)
          .ifPresentOrElse(
              fault ->
                  conditions.fails(
                      part,
                      CHECK,
                      fault.ended && source.ours ? Severity.UNHEALTHY : Severity.DEGRADED,
                      source.setting + " (" + source.file + "): " + fault.words,
                      remedy(source)),
              () -> conditions.well(part));
    }
    shown(now)
        .ifPresentOrElse(
            fault ->
                conditions.fails(
                    SHOWN,
                    CHECK,
                    Severity.DEGRADED,
                    "what central shows: " + fault.words,
                    "have it renewed at central, or at the proxy before it: once it has ended, no"
                        + " mall reaches central; look at the clock too"),
            () -> conditions.well(SHOWN));
  }

  private static String remedy(Source source) {
    if (source.first == null) {
      return "put the authority's new certificate into it and start the process again";
    }
    try {
      boolean renewed = !TlsFiles.certificates(source.file).get(0).equals(source.first);
      if (renewed) {
        return "the file has another one already: start the process again";
      }
    } catch (IOException | GeneralSecurityException | IndexOutOfBoundsException e) {
      // somebody may be writing it
    }
    return "renew it, with its key, and start the process again; look at the clock too";
  }
}
