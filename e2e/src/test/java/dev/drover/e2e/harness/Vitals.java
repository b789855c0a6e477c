package dev.drover.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * How processes are, looked at once a second: whether they live, how long {@code /health} takes to
 * answer, how much memory they have.
 */
public final class Vitals {
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("drover.siege.health-seconds", 20));

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LIMIT).build();

  /** What was seen of one process. */
  private static final class Seen {
    private int looks;
    private long slowestMillis;
    private long mostMegabytes;
    private String trouble = "";
  }

  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  /** Begins to look at these. */
  public Vitals(Map<String, JavaProcess> processes, ScheduledExecutorService clock) {
    processes.forEach(
        (name, process) -> {
          long pid = process.process().pid();
          seen.put(name, new Seen());
          clock.scheduleAtFixedRate(() -> look(name, process, pid), 0, 1, TimeUnit.SECONDS);
        });
  }

  private void look(String name, JavaProcess process, long pid) {
    Seen found = new Seen();
    long begin = System.nanoTime();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(process.url() + "/health")).timeout(LIMIT).build();
      int status = CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      found.trouble = status == 200 ? "" : "health answers " + status;
    } catch (IOException e) {
      found.trouble = "no health: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    found.slowestMillis = (System.nanoTime() - begin) / 1_000_000;
    found.mostMegabytes = resident(pid);
    if (!process.process().isAlive() || process.process().pid() != pid) {
      found.trouble = "it ended";
    }
    note(seen.get(name), found);
  }

  private static void note(Seen all, Seen now) {
    synchronized (all) {
      all.looks++;
      all.slowestMillis = Math.max(all.slowestMillis, now.slowestMillis);
      all.mostMegabytes = Math.max(all.mostMegabytes, now.mostMegabytes);
      all.trouble = all.trouble.isEmpty() ? now.trouble : all.trouble;
    }
  }

  private static long resident(long pid) {
    Path status = Path.of("/proc/" + pid + "/status");
    try {
      return Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .findFirst()
              .orElse(0)
          / 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fails unless each was always well, and never larger than its bound in MB. */
  public void check(Map<String, Long> bounds) {
    seen.forEach(
        (name, all) -> {
          synchronized (all) {
            assertThat(all.looks).as("looks at " + name).isPositive();
            assertThat(all.trouble).as(name).isEmpty();
            assertThat(all.mostMegabytes).as("MB of " + name).isLessThanOrEqualTo(bounds.get(name));
          }
        });
  }

  @Override
  public String toString() {
    Map<String, String> lines = new TreeMap<>();
    seen.forEach(
        (name, all) -> {
          synchronized (all) {
            lines.put(
                name,
                "health within %d ms over %d looks, %d MB at most%s"
                    .formatted(
                        all.slowestMillis,
                        all.looks,
                        all.mostMegabytes,
                        all.trouble.isEmpty() ? "" : ", " + all.trouble));
          }
        });
    return lines.toString();
  }
}
