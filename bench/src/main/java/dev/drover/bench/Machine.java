package dev.drover.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the benchmarks ask of the operating system (Linux). */
final class Machine {
  private Machine() {}

  /** One line that says where and beside what a figure was measured. */
  static String line() throws IOException {
    String cpu =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 2))
            .findFirst()
            .orElse("unknown processor");
    return "%d cores of %s, Java %s, load average %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            cpu,
            System.getProperty("java.version"),
            load());
  }

  /** The load average of the last minute. */
  static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts a process in its own data directory; what it says goes to a file there. */
  static Process start(List<String> command, Map<String, String> environment, Path data)
      throws IOException {
    return start(command, environment, data, "console.log");
  }

  /** The same, with another name for that file. */
  static Process start(
      List<String> command, Map<String, String> environment, Path data, String console)
      throws IOException {
    Files.createDirectories(data);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(data.resolve(console).toFile());
    builder.environment().putAll(environment);
    builder.environment().put("DROVER_DATA", data.toString());
    return builder.start();
  }

  /** Waits until an URL answers 200; on a crowded machine a start takes minutes. */
  static void await(Process process, String url) throws IOException, InterruptedException {
    long limit = System.nanoTime() + 600_000_000_000L;
    while (status(url) != 200) {
      if (!process.isAlive() || System.nanoTime() > limit) {
        throw new IOException(url + " does not answer; see console.log of the process");
      }
      Thread.sleep(10);
    }
  }

  private static int status(String url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(5000);
      int status = connection.getResponseCode();
      connection.disconnect();
      return status;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Resident memory of a process, in MB. */
  static double resident(long pid) throws IOException {
    return memory(pid, "VmRSS:");
  }

  /** The most that it ever had, in MB; short peaks are in it, too. */
  static double mostResident(long pid) throws IOException {
    return memory(pid, "VmHWM:");
  }

  private static double memory(long pid, String kind) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
            .filter(line -> line.startsWith(kind))
            .map(line -> line.replaceAll("[^0-9]", ""))
            .mapToLong(Long::parseLong)
            .findFirst()
            .orElse(0)
        / 1024.0;
  }

  /** The processor time that a process has used, in seconds. */
  static double cpu(Process process) {
    return cpu(process.toHandle());
  }

  /** As {@link #cpu(Process)}. */
  static double cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1e3;
  }

  /** Ends a process as an operator would, and waits for it. */
  static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElse(Double.NaN);
  }

  /** Deletes a directory and what is in it. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
