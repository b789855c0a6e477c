package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Resident memory of a mall over time, as comma separated values and as a picture. */
final class MemoryChart {
  private final List<Sample> samples = new ArrayList<>();
  private final List<Double> kills = new ArrayList<>();
  private double mended = -1;

  /** Megabytes at a moment, in seconds from the beginning. */
  private record Sample(double at, double mall, double child) {}

  synchronized void add(double at, double mall, double child) {
    samples.add(new Sample(at, mall, child));
  }

  synchronized void kill(double at) {
    kills.add(at);
  }

  /** The line to central is there again. */
  synchronized void mended(double at) {
    mended = at;
  }

  synchronized double mostOfMall() {
    return samples.stream().mapToDouble(Sample::mall).max().orElse(0);
  }

  synchronized double mostOfChild() {
    return samples.stream().mapToDouble(Sample::child).max().orElse(0);
  }

  /** Writes {@code memory.csv} and {@code memory.svg}. */
  synchronized void write(Path directory, String title) throws IOException {
    StringBuilder csv = new StringBuilder("seconds,mall_mb,child_mb\n");
    LineChart chart = new LineChart(title);
    boolean child = mostOfChild() > 0;
    for (Sample one : samples) {
      csv.append(String.format(Locale.ROOT, "%.1f,%.1f,%.1f%n", one.at, one.mall, one.child));
      chart.add("mall, MB", one.at, one.mall);
      if (child) {
        chart.add("its Kafka, MB", one.at, one.child);
      }
    }
    chart.mark("kill -9");
    kills.forEach(at -> chart.mark("kill -9", at));
    chart.mark("the line is mended");
    if (mended >= 0) {
      chart.mark("the line is mended", mended);
    }
    Files.writeString(directory.resolve("memory.csv"), csv);
    Files.writeString(directory.resolve("memory.svg"), chart.svg());
  }
}
