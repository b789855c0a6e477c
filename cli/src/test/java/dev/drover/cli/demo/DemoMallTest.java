package dev.drover.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.geom.Area;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Proves that config/demo/mall-a.json is a building that could stand. */
class DemoMallTest {
  private static final Path FILE =
      Path.of(System.getProperty("drover.home"), "config/demo/mall-a.json");

  private static final List<String> COLLECTIONS =
      List.of("areas", "beacons", "merchants", "connections");

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void theFileIsWhatTheGeneratorDraws() throws IOException {
    String drawn = oneItemPerLine(new DemoMall().data());
    if (Boolean.getBoolean("approved.update")) {
      Files.writeString(FILE, drawn);
    }
    assertThat(Files.readString(FILE))
        .as("write it anew with -Dtest=DemoMallTest -Dapproved.update=true")
        .isEqualTo(drawn);
  }

  @Test
  void itHasTheSizeOfARealMall() throws IOException {
    JsonNode mall = mall();
    assertThat(mall.path("areas")).hasSize(150);
    assertThat(mall.path("beacons")).hasSize(300);
    assertThat(mall.path("merchants")).hasSize(80);
    assertThat(mall.path("connections")).hasSize(50);
    assertThat(floors(mall)).hasSize(4);
    assertThat(mall.path("connections").findValuesAsText("type"))
        .contains("elevator", "escalator", "stairs", "gate");
    assertThat(mall.path("beacons").findValuesAsText("mac")).doesNotHaveDuplicates().hasSize(300);
    assertThat(mall.path("merchants").findValuesAsText("name")).doesNotHaveDuplicates();
  }

  @Test
  void everyReferenceResolves() throws IOException {
    JsonNode mall = mall();
    String entity = mall.path("entity").path("id").asText();
    assertThat(entity).isEqualTo(DemoMall.ENTITY);
    for (String collection : COLLECTIONS) {
      Map<String, JsonNode> items = byId(mall, collection);
      assertThat(items).hasSize(mall.path(collection).size());
      assertThat(items.values()).allMatch(item -> item.path("entity_id").asText().equals(entity));
    }
    Map<String, JsonNode> areas = byId(mall, "areas");
    Map<String, JsonNode> merchants = byId(mall, "merchants");
    Map<String, JsonNode> connections = byId(mall, "connections");
    for (JsonNode merchant : merchants.values()) {
      assertThat(areas).containsKey(merchant.path("area_id").asText());
    }
    for (JsonNode beacon : mall.path("beacons")) {
      String area = beacon.path("area_id").asText();
      assertThat(areas).containsKey(area);
      if (!beacon.path("merchant_id").isNull()) {
        JsonNode merchant = merchants.get(beacon.path("merchant_id").asText());
        assertThat(merchant.path("area_id").asText()).isEqualTo(area);
      }
      if (!beacon.path("connection_id").isNull()) {
        JsonNode connection = connections.get(beacon.path("connection_id").asText());
        assertThat(endsOf(connection)).contains(area);
      }
    }
    for (JsonNode connection : connections.values()) {
      assertThat(areas).containsKeys(endsOf(connection).toArray(String[]::new));
      assertThat(endsOf(connection)).hasSizeGreaterThanOrEqualTo(2).doesNotHaveDuplicates();
    }
  }

  @Test
  void areasOfAFloorDoNotOverlap() throws IOException {
    for (List<JsonNode> floor : floors(mall()).values()) {
      for (int i = 0; i < floor.size(); i++) {
        for (int j = i + 1; j < floor.size(); j++) {
          Area common = shape(floor.get(i));
          common.intersect(shape(floor.get(j)));
          assertThat(common.isEmpty())
              .as("%s and %s", floor.get(i).path("name"), floor.get(j).path("name"))
              .isTrue();
        }
      }
    }
  }

  @Test
  void merchantsLieInsideTheirAreaAndApart() throws IOException {
    JsonNode mall = mall();
    Map<String, JsonNode> areas = byId(mall, "areas");
    Map<String, Area> taken = new HashMap<>();
    for (JsonNode merchant : mall.path("merchants")) {
      Area outside = shape(merchant);
      assertThat(outside.isEmpty()).isFalse();
      outside.subtract(shape(areas.get(merchant.path("area_id").asText())));
      assertThat(outside.isEmpty()).as("%s", merchant.path("name")).isTrue();
      assertThat(shape(merchant).contains(point(merchant.path("location")))).isTrue();
      Area common = taken.getOrDefault(merchant.path("area_id").asText(), new Area());
      common.intersect(shape(merchant));
      assertThat(common.isEmpty()).isTrue();
      taken.put(merchant.path("area_id").asText(), shape(merchant));
    }
  }

  @Test
  void beaconsHangInsideTheirArea() throws IOException {
    JsonNode mall = mall();
    Map<String, JsonNode> areas = byId(mall, "areas");
    for (JsonNode beacon : mall.path("beacons")) {
      Area area = shape(areas.get(beacon.path("area_id").asText()));
      assertThat(area.contains(point(beacon.path("location"))))
          .as("%s", beacon.path("name"))
          .isTrue();
    }
  }

  @Test
  void connectionsTouchTheAreasThatTheyConnect() throws IOException {
    JsonNode mall = mall();
    Map<String, JsonNode> areas = byId(mall, "areas");
    for (JsonNode connection : mall.path("connections")) {
      boolean gate = connection.path("type").asText().equals("gate");
      JsonNode first = connection.path("connected_areas").get(0);
      Area firstArea = shape(areas.get(first.get(0).asText()));
      Set<String> floors = new HashSet<>();
      for (JsonNode end : connection.path("connected_areas")) {
        Point2D point = new Point2D.Double(end.get(1).asDouble(), end.get(2).asDouble());
        JsonNode area = areas.get(end.get(0).asText());
        floors.add(floor(area));
        assertThat(touches(shape(area), point)).as("%s at %s", connection, end).isTrue();
        if (gate) {
          assertThat(touches(firstArea, point)).as("%s at %s", connection, end).isTrue();
        } else {
          assertThat(point)
              .isEqualTo(new Point2D.Double(first.get(1).asDouble(), first.get(2).asDouble()));
        }
      }
      assertThat(floors.size() > 1).as("%s", connection.path("name")).isEqualTo(!gate);
    }
  }

  @Test
  void everyAreaIsReachedFromEveryOther() throws IOException {
    JsonNode mall = mall();
    Map<String, Set<String>> neighbours = new HashMap<>();
    for (JsonNode connection : mall.path("connections")) {
      for (JsonNode from : connection.path("connected_areas")) {
        if (from.get(3).asBoolean()) {
          neighbours
              .computeIfAbsent(from.get(0).asText(), id -> new HashSet<>())
              .addAll(endsOf(connection));
        }
      }
    }
    Set<String> reached = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of("1"));
    while (!next.isEmpty()) {
      String area = next.pop();
      if (reached.add(area)) {
        next.addAll(neighbours.getOrDefault(area, Set.of()));
      }
    }
    assertThat(reached).hasSize(150);
  }

  private JsonNode mall() throws IOException {
    return json.readTree(FILE.toFile());
  }

  private static Map<String, JsonNode> byId(JsonNode mall, String collection) {
    Map<String, JsonNode> items = new HashMap<>();
    mall.path(collection).forEach(item -> items.put(item.path("id").asText(), item));
    return items;
  }

  private static Map<String, List<JsonNode>> floors(JsonNode mall) {
    Map<String, List<JsonNode>> floors = new HashMap<>();
    for (JsonNode area : mall.path("areas")) {
      floors.computeIfAbsent(floor(area), name -> new ArrayList<>()).add(area);
    }
    return floors;
  }

  private static String floor(JsonNode area) {
    return area.path("floor_type").asText() + area.path("floor_name").asText();
  }

  private static List<String> endsOf(JsonNode connection) {
    List<String> ids = new ArrayList<>();
    connection.path("connected_areas").forEach(end -> ids.add(end.get(0).asText()));
    return ids;
  }

  private static Area shape(JsonNode item) {
    Path2D path = new Path2D.Double();
    boolean first = true;
    for (JsonNode corner : item.path("polygon")) {
      if (first) {
        path.moveTo(corner.get(0).asDouble(), corner.get(1).asDouble());
        first = false;
      } else {
        path.lineTo(corner.get(0).asDouble(), corner.get(1).asDouble());
      }
    }
    path.closePath();
    return new Area(path);
  }

  private static Point2D point(JsonNode pair) {
    return new Point2D.Double(pair.get(0).asDouble(), pair.get(1).asDouble());
  }

  /** Whether the point is inside of the shape or on its edge, to a centimetre. */
  private static boolean touches(Area shape, Point2D point) {
    return shape.intersects(
        new Rectangle2D.Double(point.getX() - 0.01, point.getY() - 0.01, 0.02, 0.02));
  }

  private String oneItemPerLine(Map<String, Object> data) throws IOException {
    StringBuilder text = new StringBuilder("{\n\"entity\": ");
    text.append(json.writeValueAsString(data.get("entity")));
    for (String collection : COLLECTIONS) {
      text.append(",\n\"").append(collection).append("\": [\n");
      List<String> lines = new ArrayList<>();
      for (Object item : (List<?>) data.get(collection)) {
        lines.add(json.writeValueAsString(item));
      }
      text.append(String.join(",\n", lines)).append("\n]");
    }
    return text.append("\n}\n").toString();
  }
}
