package dev.drover.cli.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws the demo mall: four floors of 192 m by 80 m, each with a concourse of six segments in the
 * middle and rows of units north and south of it. Lengths are metres from the south-west corner.
 * The same each time: no randomness, no clock.
 */
final class DemoMall {
  static final String ENTITY = "mall-a-uuid";
  private static final String CREATED = "2025-01-08T09:00:00Z";
  private static final String UPDATED = "2025-01-08T10:25:00Z";
  private static final int LENGTH = 192;
  private static final int SEGMENT = 32;
  private static final int SOUTH = 34;
  private static final int NORTH = 46;
  private static final int DEPTH = 80;
  private static final int SHOPS_PER_FLOOR = 20;

  /** A rectangle of the plan. */
  record Area(int id, String name, String code, Floor floor, int x1, int y1, int x2, int y2) {
    boolean concourse() {
      return y1 == SOUTH && y2 == NORTH;
    }

    double x() {
      return (x1 + x2) / 2.0;
    }

    double y() {
      return (y1 + y2) / 2.0;
    }
  }

  record Floor(String code, String type, int number, int units) {}

  private static final List<Floor> FLOORS =
      List.of(
          new Floor("B1", "basement", 1, 15),
          new Floor("L1", "level", 1, 16),
          new Floor("L2", "level", 2, 16),
          new Floor("L3", "level", 3, 16));

  private final List<Area> areas = new ArrayList<>();
  private final Map<Integer, Integer> gateOfSegment = new LinkedHashMap<>();
  private final Map<Integer, Integer> merchantOfUnit = new LinkedHashMap<>();
  private final List<Map<String, Object>> connections = new ArrayList<>();
  private final List<Map<String, Object>> merchants = new ArrayList<>();
  private final List<Map<String, Object>> beacons = new ArrayList<>();

  DemoMall() {
    FLOORS.forEach(this::drawFloor);
    drawGates();
    drawLiftsAndStairs();
    drawEscalators();
    FLOORS.forEach(this::rentUnits);
    areas.forEach(this::hangBeacons);
  }

  /** Returns the import file. */
  Map<String, Object> data() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("entity", entity());
    data.put("areas", areas.stream().map(DemoMall::json).toList());
    data.put("beacons", beacons);
    data.put("merchants", merchants);
    data.put("connections", connections);
    return data;
  }

  private void drawFloor(Floor floor) {
    for (int i = 0; i < LENGTH / SEGMENT; i++) {
      String name = floor.code() + " Concourse " + (i + 1);
      String code = floor.code() + "C" + (i + 1);
      area(name, code, floor, i * SEGMENT, SOUTH, (i + 1) * SEGMENT, NORTH);
    }
    drawRow(floor, "N", NORTH, DEPTH);
    drawRow(floor, "S", 0, SOUTH);
  }

  /** Units of different width, 9 to 15 m, that fill the row. */
  private void drawRow(Floor floor, String side, int y1, int y2) {
    int x = 0;
    for (int i = 0; i < floor.units(); i++) {
      int left = floor.units() - i;
      int even = Math.round((LENGTH - x) / (float) left);
      int width = left == 1 ? LENGTH - x : even + (i * 5 + floor.number() + y1) % 5 - 2;
      String number = String.format("%02d", i + 1);
      String code = floor.code() + side + number;
      area(floor.code() + " Unit " + side + number, code, floor, x, y1, x + width, y2);
      x += width;
    }
  }

  private void area(String name, String code, Floor floor, int x1, int y1, int x2, int y2) {
    areas.add(new Area(areas.size() + 1, name, code, floor, x1, y1, x2, y2));
  }

  /**
   * One gate per concourse segment: to the units whose doors open to it, and to the next segment.
   */
  private void drawGates() {
    for (Area segment : areas.stream().filter(Area::concourse).toList()) {
      List<List<Object>> ends = new ArrayList<>();
      ends.add(end(segment, segment.x(), segment.y(), true));
      for (Area other : areas) {
        boolean doorHere = other.x() >= segment.x1() && other.x() < segment.x2();
        if (other.floor().equals(segment.floor()) && !other.concourse() && doorHere) {
          ends.add(end(other, other.x(), other.y1() == NORTH ? NORTH : SOUTH, true));
        } else if (other.concourse()
            && other.floor().equals(segment.floor())
            && other.x1() == segment.x2()) {
          ends.add(end(other, other.x1(), other.y(), true));
        }
      }
      gateOfSegment.put(segment.id(), connections.size() + 1);
      connection(segment.name() + " doors", "gate", ends, List.of("doors"));
    }
  }

  private void drawLiftsAndStairs() {
    for (int i = 0; i < 6; i++) {
      vertical("Lift " + (char) ('A' + i), "elevator", i * SEGMENT + 5, 37.5);
    }
    for (int i = 0; i < 8; i++) {
      vertical("Stairs " + (i + 1), "stairs", 9 + i * 24.5, i % 2 == 0 ? 44.5 : 35.5);
    }
  }

  private void vertical(String name, String type, double x, double y) {
    List<List<Object>> ends = new ArrayList<>();
    FLOORS.forEach(floor -> ends.add(end(segmentAt(floor, x), x, y, true)));
    connection(name, type, ends, List.of());
  }

  private void drawEscalators() {
    for (int lower = 0; lower + 1 < FLOORS.size(); lower++) {
      for (int place = 0; place < 2; place++) {
        for (boolean up : new boolean[] {true, false}) {
          double x = 48 + place * 96 + (up ? 0 : 2);
          Floor low = FLOORS.get(lower);
          Floor high = FLOORS.get(lower + 1);
          List<List<Object>> ends =
              List.of(end(segmentAt(low, x), x, 40.5, up), end(segmentAt(high, x), x, 40.5, !up));
          String way = up ? low.code() + " to " + high.code() : high.code() + " to " + low.code();
          String side = place == 0 ? "west" : "east";
          connection("Escalator " + side + " " + way, "escalator", ends, List.of());
        }
      }
    }
  }

  private Area segmentAt(Floor floor, double x) {
    return areas.stream()
        .filter(a -> a.concourse() && a.floor().equals(floor) && a.x1() <= x && x < a.x2())
        .findFirst()
        .orElseThrow();
  }

  private static List<Object> end(Area area, double x, double y, boolean canEnter) {
    return List.of(area.id(), x, y, canEnter);
  }

  private void connection(String name, String type, List<List<Object>> ends, List<String> tags) {
    Map<String, Object> json = base(connections.size() + 1, name);
    json.put("type", type);
    json.put("connected_areas", ends);
    json.put("available_period", List.of(List.of(21_600_000, 82_800_000)));
    json.put("tags", tags);
    json.put("gnd", null);
    connections.add(stamped(json));
  }

  private void rentUnits(Floor floor) {
    List<Area> units =
        areas.stream().filter(a -> a.floor().equals(floor) && !a.concourse()).toList();
    for (int i = 0; i < SHOPS_PER_FLOOR; i++) {
      rent(units.get(i * units.size() / SHOPS_PER_FLOOR));
    }
  }

  private void rent(Area unit) {
    int id = merchants.size() + 1;
    Tenants.Tenant tenant = Tenants.of(id - 1);
    merchantOfUnit.put(unit.id(), id);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("name", tenant.name());
    json.put("description", null);
    json.put("chain", null);
    json.put("entity_id", ENTITY);
    json.put("beacon_code", unit.code() + "M1");
    json.put("area_id", unit.id());
    json.put("type", tenant.type());
    json.put("color", String.format("#%06x", (id * 0x2f1b3d) & 0xffffff));
    json.put("tags", tenant.tags());
    json.put("location", List.of(unit.x(), unit.y()));
    json.put("style", tenant.style());
    int x1 = unit.x1() + 1;
    int y1 = unit.y1() + 1;
    int x2 = unit.x2() - 1;
    int y2 = unit.y2() - 1;
    json.put(
        "polygon", List.of(List.of(x1, y1), List.of(x2, y1), List.of(x2, y2), List.of(x1, y2)));
    json.put("available_period", null);
    List<List<Integer>> day = List.of(List.of(36_000_000, 79_200_000));
    json.put("opening_hours", List.of(day, day, day, day, day, day, day));
    json.put("email", null);
    json.put("phone", null);
    json.put("website", null);
    json.put("social_media", List.of());
    json.put("image_url", null);
    merchants.add(stamped(json));
  }

  /** Two beacons per area: one at its door or gate, one in its middle. */
  private void hangBeacons(Area area) {
    Integer gate = gateOfSegment.get(area.id());
    Integer merchant = merchantOfUnit.get(area.id());
    if (gate != null) {
      beacon(area, 1, "security", null, gate, area.x() + 0.5, area.y() + 0.5);
      beacon(area, 2, "navigation", null, null, area.x1() + 8.25, area.y() - 2.5);
      return;
    }
    double door = area.y1() == NORTH ? NORTH + 1.5 : SOUTH - 1.5;
    beacon(area, 1, merchant == null ? "tracking" : "marketing", merchant, null, area.x(), door);
    String second = area.id() % 3 == 0 ? "environmental" : "tracking";
    beacon(area, 2, second, null, null, area.x() + 0.75, area.y());
  }

  private void beacon(
      Area area, int number, String type, Integer merchant, Integer gate, double x, double y) {
    int id = beacons.size() + 1;
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("entity_id", ENTITY);
    json.put("area_id", area.id());
    json.put("merchant_id", merchant);
    json.put("connection_id", gate);
    json.put("name", area.code() + String.format("-%04d", number));
    json.put("description", null);
    json.put("type", type);
    json.put("location", List.of(x, y));
    json.put("device", "esp32c3");
    json.put("mac", String.format("7C:DF:A1:00:%02X:%02X", id / 256, id % 256));
    beacons.add(stamped(json));
  }

  private static Map<String, Object> json(Area area) {
    Map<String, Object> json = base(area.id(), area.name());
    json.put("beacon_code", area.code());
    json.put("floor_type", area.floor().type());
    json.put("floor_name", area.floor().number());
    List<Integer> first = List.of(area.x1(), area.y1());
    json.put(
        "polygon",
        List.of(
            first,
            List.of(area.x2(), area.y1()),
            List.of(area.x2(), area.y2()),
            List.of(area.x1(), area.y2()),
            first));
    return stamped(json);
  }

  private static Map<String, Object> base(int id, String name) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("entity_id", ENTITY);
    json.put("name", name);
    json.put("description", null);
    return json;
  }

  private static Map<String, Object> stamped(Map<String, Object> json) {
    json.put("created_at", CREATED);
    json.put("updated_at", UPDATED);
    return json;
  }

  private static Map<String, Object> entity() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", ENTITY);
    json.put("type", "mall");
    json.put("name", "Mall A");
    json.put("description", "The mall of the demonstration: invented, but of a real one's size");
    json.put("point_min", List.of(121.1, 31.1));
    json.put("point_max", List.of(121.102, 31.101));
    json.put("altitude_min", null);
    json.put("altitude_max", null);
    json.put("nation", "CN");
    json.put("region", null);
    json.put("city", "Shanghai");
    json.put("tags", List.of("demo"));
    return stamped(json);
  }
}
