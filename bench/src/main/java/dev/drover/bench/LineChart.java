package dev.drover.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Megabytes over time as a picture: a curve per name, and upright lines where something happened.
 */
final class LineChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int BOTTOM = 40;
  private static final int TOP = 50;
  private static final int RIGHT = 20;

  /** About what a letter of the legend takes. */
  private static final double LETTER = 7.5;

  /** The picture's colours follow the reader's choice of light or dark. */
  private static final String STYLE =
      """
      <style>
      svg { font: 13px sans-serif; background: #ffffff; }
      text { fill: #1f2328; } .grid { stroke: #d0d7de; }
      .c0 { stroke: #0969da; } .c1 { stroke: #9a6700; } .c2 { stroke: #8250df; } .c3 { stroke: #57606a; } .c4 { stroke: #bf3989; }
      text.c0 { fill: #0969da; } text.c1 { fill: #9a6700; } text.c2 { fill: #8250df; } text.c3 { fill: #57606a; } text.c4 { fill: #bf3989; }
      .m0 { stroke: #cf222e; stroke-dasharray: 3 3; } .m1 { stroke: #1a7f37; stroke-width: 2; }
      text.m0 { fill: #cf222e; } text.m1 { fill: #1a7f37; }
      polyline { fill: none; stroke-width: 1.5; }
      text.c0, text.c1, text.c2, text.c3, text.c4, text.m0, text.m1 { stroke: none; }
      @media (prefers-color-scheme: dark) {
      svg { background: #0d1117; }
      text { fill: #e6edf3; } .grid { stroke: #30363d; }
      .c0 { stroke: #58a6ff; } .c1 { stroke: #d29922; } .c2 { stroke: #bc8cff; } .c3 { stroke: #8b949e; } .c4 { stroke: #f778ba; }
      text.c0 { fill: #58a6ff; } text.c1 { fill: #d29922; } text.c2 { fill: #bc8cff; } text.c3 { fill: #8b949e; } text.c4 { fill: #f778ba; }
      .m0 { stroke: #ff7b72; } .m1 { stroke: #3fb950; }
      text.m0 { fill: #ff7b72; } text.m1 { fill: #3fb950; }
      }
      </style>
      """;

  private final String title;
  private final Map<String, List<Point>> curves = new LinkedHashMap<>();
  private final Map<String, List<Double>> marks = new LinkedHashMap<>();

  private record Point(double at, double megabytes) {}

  LineChart(String title) {
    this.title = title;
  }

  /** A point of a curve; {@code at} is in seconds from the beginning. */
  void add(String curve, double at, double megabytes) {
    curves.computeIfAbsent(curve, name -> new ArrayList<>()).add(new Point(at, megabytes));
  }

  /** A kind of mark for the legend, whether it happens or not. */
  void mark(String what) {
    marks.computeIfAbsent(what, name -> new ArrayList<>());
  }

  /** Something happened. */
  void mark(String what, double at) {
    mark(what);
    marks.get(what).add(at);
  }

  /** The picture. */
  String svg() {
    double seconds = Math.max(1, most(Point::at));
    double most = Math.max(50, Math.ceil(most(Point::megabytes) / 50) * 50);
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
    double legend = LEFT;
    int kind = 0;
    for (Map.Entry<String, List<Double>> mark : marks.entrySet()) {
      String style = "m" + kind++;
      for (double at : mark.getValue()) {
        svg.append(line(style, x(at, seconds), TOP, x(at, seconds), HEIGHT - BOTTOM));
      }
    }
    kind = 0;
    for (Map.Entry<String, List<Point>> curve : curves.entrySet()) {
      String style = "c" + kind++;
      svg.append(curve(style, curve.getValue(), seconds, most));
      svg.append(text(legend, 40, "start", style, curve.getKey()));
      legend += 25 + LETTER * curve.getKey().length();
    }
    kind = 0;
    for (String mark : marks.keySet()) {
      svg.append(text(legend, 40, "start", "m" + kind++, mark));
      legend += 25 + LETTER * mark.length();
    }
    return svg.append("</svg>\n").toString();
  }

  private double most(ToDoubleFunction<Point> value) {
    return curves.values().stream().flatMap(List::stream).mapToDouble(value).max().orElse(0);
  }

  private static String curve(String style, List<Point> all, double seconds, double most) {
    StringBuilder points = new StringBuilder();
    for (Point one : all) {
      points.append(format("%.1f,%.1f ", x(one.at, seconds), y(one.megabytes, most)));
    }
    return format("<polyline class=\"%s\" points=\"%s\"/>%n", style, points.toString().strip());
  }

  private static double x(double at, double seconds) {
    return LEFT + (WIDTH - LEFT - RIGHT) * at / seconds;
  }

  private static double y(double megabytes, double most) {
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * megabytes / most;
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return format(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
        style, x1, y1, x2, y2);
  }

  private static String text(double x, double y, String anchor, String style, String what) {
    return format(
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        style, x, y, anchor, what);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
