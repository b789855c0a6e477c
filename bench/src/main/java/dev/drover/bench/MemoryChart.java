package dev.drover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Resident memory over time, as comma separated values and as a picture. */
final class MemoryChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int BOTTOM = 40;
  private static final int TOP = 50;
  private static final int RIGHT = 20;

  /** The picture's colours follow the reader's choice of light or dark. */
  private static final String STYLE =
      """
      <style>
      svg { font: 13px sans-serif; background: #ffffff; }
      text { fill: #1f2328; } .grid { stroke: #d0d7de; } .kill { stroke: #cf222e; stroke-dasharray: 3 3; }
      .mall { stroke: #0969da; } .child { stroke: #9a6700; } .mend { stroke: #1a7f37; stroke-width: 2; }
      polyline { fill: none; stroke-width: 1.5; }
      text.mall { fill: #0969da; } text.child { fill: #9a6700; } text.kill { fill: #cf222e; } text.mend { fill: #1a7f37; }
      text.mall, text.child, text.kill, text.mend { stroke: none; }
      @media (prefers-color-scheme: dark) {
      svg { background: #0d1117; }
      text { fill: #e6edf3; } .grid { stroke: #30363d; } .kill { stroke: #ff7b72; }
      .mall { stroke: #58a6ff; } .child { stroke: #d29922; } .mend { stroke: #3fb950; }
      text.mall { fill: #58a6ff; } text.child { fill: #d29922; } text.kill { fill: #ff7b72; } text.mend { fill: #3fb950; }
      }
      </style>
      """;

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
    for (Sample one : samples) {
      csv.append(format("%.1f,%.1f,%.1f%n", one.at, one.mall, one.child));
    }
    Files.writeString(directory.resolve("memory.csv"), csv);
    Files.writeString(directory.resolve("memory.svg"), svg(title));
  }

  private String svg(String title) {
    double seconds = samples.isEmpty() ? 1 : Math.max(1, samples.get(samples.size() - 1).at);
    double most = Math.max(50, Math.ceil(Math.max(mostOfMall(), mostOfChild()) / 50) * 50);
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n",
            WIDTH, HEIGHT));
    svg.append("<title>").append(title).append("</title>\n").append(STYLE);
    svg.append(text(LEFT, 20, "start", "", title));
    for (int i = 0; i <= 5; i++) {
      double megabytes = most * i / 5;
      double second = seconds * i / 5;
      svg.append(line("grid", LEFT, y(megabytes, most), WIDTH - RIGHT, y(megabytes, most)));
      svg.append(text(LEFT - 8, y(megabytes, most) + 4, "end", "", format("%.0f", megabytes)));
      svg.append(
          text(x(second, seconds), HEIGHT - 18, "middle", "", format("%.1f min", second / 60)));
    }
    for (double kill : kills) {
      svg.append(line("kill", x(kill, seconds), TOP, x(kill, seconds), HEIGHT - BOTTOM));
    }
    if (mended >= 0) {
      svg.append(line("mend", x(mended, seconds), TOP, x(mended, seconds), HEIGHT - BOTTOM));
    }
    svg.append(curve("mall", Sample::mall, seconds, most));
    svg.append(text(LEFT, 40, "start", "mall", "mall, MB"));
    if (mostOfChild() > 0) {
      svg.append(curve("child", Sample::child, seconds, most));
      svg.append(text(LEFT + 90, 40, "start", "child", "its Kafka, MB"));
    }
    svg.append(text(LEFT + 210, 40, "start", "kill", "kill -9"));
    svg.append(text(LEFT + 280, 40, "start", "mend", "the line is mended"));
    return svg.append("</svg>\n").toString();
  }

  private String curve(String kind, ToDoubleFunction<Sample> value, double seconds, double most) {
    StringBuilder points = new StringBuilder();
    for (Sample one : samples) {
      points.append(format("%.1f,%.1f ", x(one.at, seconds), y(value.applyAsDouble(one), most)));
    }
    return format("<polyline class=\"%s\" points=\"%s\"/>%n", kind, points.toString().strip());
  }

  private static double x(double at, double seconds) {
    return LEFT + (WIDTH - LEFT - RIGHT) * at / seconds;
  }

  private static double y(double megabytes, double most) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * megabytes / most;
  }

  private static String line(String kind, double x1, double y1, double x2, double y2) {
    return format(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
        kind, x1, y1, x2, y2);
  }

  private static String text(double x, double y, String anchor, String kind, String what) {
    return format(
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        kind, x, y, anchor, what);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
