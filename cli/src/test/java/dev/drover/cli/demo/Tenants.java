package dev.drover.cli.demo;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Invented tenants, each of the merchant types that the upstream shapes know. */
final class Tenants {

  record Tenant(String name, Object type, List<String> tags, String style) {}

  private static final List<String> FIRST =
      List.of(
          "Juniper", "Harbour", "Copper", "Willow", "Lantern", "Maple", "Cobalt", "Saffron",
          "Granite", "Meadow");

  private static final List<Tenant> KINDS =
      List.of(
          new Tenant("Noodle House", food("restaurant", true), List.of("noodles"), "store"),
          new Tenant("Coffee", food("cafe", false), List.of("coffee", "cakes"), "kiosk"),
          new Tenant("Phones", electronics("mobile"), List.of("phones", "repair"), "store"),
          new Tenant("Tailors", clothing("menswear"), List.of("suits"), "store"),
          new Tenant("Fashion", clothing("womenswear"), List.of("dresses"), "store"),
          new Tenant("Market", "supermarket", List.of("groceries"), "store"),
          new Tenant("Pharmacy", "health", List.of("medicine"), "store"),
          new Tenant("Games", "entertainment", List.of("arcade"), "room"));

  private static final List<String> FACILITIES = List.of("restroom", "atm", "information-desk");

  private Tenants() {}

  /** Returns the tenant of a number from 0 to 79; every tenth one is a facility. */
  static Tenant of(int index) {
    if (index % 10 == 9) {
      String kind = FACILITIES.get(index / 10 % FACILITIES.size());
      String name = Character.toUpperCase(kind.charAt(0)) + kind.substring(1).replace('-', ' ');
      Object type = map("facility", map("type", kind));
      return new Tenant(name + " " + (index / 10 + 1), type, List.of(kind), "room");
    }
    Tenant kind = KINDS.get(index % KINDS.size());
    String name = FIRST.get(index / KINDS.size()) + " " + kind.name();
    return new Tenant(name, kind.type(), kind.tags(), kind.style());
  }

  private static Object food(String type, boolean served) {
    Map<String, Object> food = new LinkedHashMap<>();
    food.put("cuisine", null);
    food.put("type", served ? map(type, map("table_service", true)) : type);
    return map("food", food);
  }

  private static Object electronics(String present) {
    Map<String, Object> kinds = new LinkedHashMap<>();
    Arrays.asList("mobile", "computer", "accessories")
        .forEach(kind -> kinds.put(kind, kind.equals(present)));
    return map("electronics", kinds);
  }

  private static Object clothing(String present) {
    Map<String, Object> kinds = new LinkedHashMap<>();
    Arrays.asList("menswear", "womenswear", "childrenswear")
        .forEach(kind -> kinds.put(kind, kind.equals(present)));
    return map("clothing", kinds);
  }

  private static Map<String, Object> map(String key, Object value) {
    return Collections.singletonMap(key, value);
  }
}
