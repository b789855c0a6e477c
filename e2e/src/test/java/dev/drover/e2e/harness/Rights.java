package dev.drover.e2e.harness;

import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The table of rights that people read, {@code docs/reference/rights.md}. */
public final class Rights {
  /**
   * One operation.
   *
   * @param roles as written, e.g. {@code orchestrator, operator}
   * @param doors its further columns
   */
  public record Row(String operation, String roles, List<String> doors) {
    /** Whether anybody may, or whoever signs. */
    public boolean open() {
      return roles.equals("anyone") || signed();
    }

    /** Whether a signature is needed, which no token replaces. */
    public boolean signed() {
      return roles.equals("by signature");
    }

    /** Whether a token of this role and entity may. */
    public boolean grants(Role role, String entity) {
      if (role == Role.ADMIN) {
        return true;
      }
      if (roles.equals("operator of *")) {
        return role == Role.OPERATOR && entity.equals(Grant.EVERY_ENTITY);
      }
      return Arrays.asList(roles.split(", ")).contains(role.wire());
    }
  }

  private Rights() {}

  /** The rows below a heading. */
  public static List<Row> below(String heading) {
    List<Row> rows = new ArrayList<>();
    boolean here = false;
    for (String line : lines()) {
      if (line.startsWith("## ")) {
        here = line.equals("## " + heading);
      } else if (here && line.startsWith("| `")) {
        String[] cells = line.substring(2).split("\\|", -1);
        List<String> doors = new ArrayList<>();
        for (int i = 2; i < cells.length - 1; i++) {
          doors.add(cells[i].strip());
        }
        rows.add(new Row(cells[0].strip().replace("`", ""), cells[1].strip(), doors));
      }
    }
    return rows;
  }

  /** The row of an operation. */
  public static Row of(List<Row> rows, String operation) {
    return rows.stream()
        .filter(row -> row.operation().equals(operation))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no rights are written down for " + operation));
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(JavaProcess.HOME.resolve("docs/reference/rights.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
