package dev.drover.e2e.replay;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.engine.crypto.Role;
import java.util.Map;

/** Every operation of central's contract, right and wrong, by everybody who may call it. */
final class CentralExchanges {
  /** The mall of the recording. */
  static final String MALL = "mall-replay";

  private static final String OF_MALL = "/api/entities/" + MALL;
  private static final String AREAS = OF_MALL + "/areas";
  private static final String KEY = "X-Idempotency-Key";

  private final CentralProcess central;
  private final Scene scene;
  private final Mall mall = new Mall(MALL, "orch-replay");
  private String assigned = "";

  CentralExchanges(CentralProcess central) {
    this.central = central;
    this.scene =
        new Scene(
            "central",
            central.api(),
            Map.of(
                "operator", central.token(Role.OPERATOR, MALL, "olga"),
                "head operator", central.token(Role.OPERATOR, "*", "otto"),
                "other operator", central.token(Role.OPERATOR, "mall-else", "ole"),
                "admin", central.token(Role.ADMIN, "*", "ada"),
                "app", central.token(Role.MOBILE, MALL, "max"),
                "broken", "abc"));
  }

  Scene scene() {
    return scene;
  }

  /** Entities, documents and who may see them. */
  void entities() {
    scene.figures("jwks: by anyone", "nobody", "GET /.well-known/jwks.json");
    scene.ask("createEntity: without a token", "nobody", "POST /api/entities", "{\"id\":\"x\"}");
    scene.ask("createEntity: of one entity", "operator", "POST /api/entities", "{\"id\":\"x\"}");
    scene.ask("createEntity: an app", "app", "POST /api/entities", "{\"id\":\"x\"}");
    scene.ask("createEntity: no JSON", "head operator", "POST /api/entities", "{\"id\":");
    scene.ask("createEntity: an array", "head operator", "POST /api/entities", "[1]");
    scene.ask("createEntity: no body", "head operator", "POST /api/entities", "");
    String body = "{\"id\":\"" + MALL + "\",\"name\":\"Replay\"}";
    scene.ask("createEntity: new", "head operator", "POST /api/entities", body);
    scene.ask("createEntity: there", "head operator", "POST /api/entities", body);
    String other = "{\"id\":\"mall-else\",\"floors\":[1,2.50]}";
    Map<String, String> key = Map.of(KEY, "replay-1");
    scene.ask("createEntity: with a key", "head operator", "POST /api/entities", other, key);
    scene.ask("createEntity: repeated", "head operator", "POST /api/entities", other, key);
    scene.ask("createEntity: key of another", "head operator", "POST /api/entities", body, key);
    scene.ask("listEntities: all", "head operator", "GET /api/entities");
    scene.ask("listEntities: own", "app", "GET /api/entities");
    scene.ask("listEntities: a page", "head operator", "GET /api/entities?offset=1&limit=1");
    scene.ask("listEntities: no number", "head operator", "GET /api/entities?limit=many");
    scene.ask("readEntity: own", "app", "GET " + OF_MALL);
    scene.ask("readEntity: of others", "other operator", "GET " + OF_MALL);
    scene.ask("readEntity: unknown", "admin", "GET /api/entities/nobody");
    String renamed = "{\"id\":\"" + MALL + "\",\"name\":\"Replayed\"}";
    scene.ask("replaceEntity: own", "operator", "PUT " + OF_MALL, renamed);
    scene.ask("replaceEntity: another id", "operator", "PUT " + OF_MALL, "{\"id\":\"y\"}");
    scene.ask("replaceEntity: unknown", "admin", "PUT /api/entities/nobody", "{\"id\":\"nobody\"}");
  }

  /** Documents of the four collections. */
  void documents() {
    scene.ask("createItem: new", "operator", "POST " + AREAS, "{\"id\":\"a-1\",\"level\":1}");
    scene.ask("createItem: an id that is there", "operator", "POST " + AREAS, "{\"id\":\"a-1\"}");
    // elsewhere: an assigned id is in the checksums, which are compared
    String other = "POST /api/entities/mall-else/";
    scene.ask("createItem: without an id", "other operator", other + "merchants", "{}");
    scene.ask("createItem: id -1", "other operator", other + "connections", "{\"id\":-1}");
    scene.ask("createItem: a key twice", "operator", "POST " + AREAS, "{\"id\":1,\"id\":2}");
    scene.ask("createItem: an object as id", "operator", "POST " + AREAS, "{\"id\":{}}");
    scene.ask("createItem: no collection", "operator", "POST " + OF_MALL + "/robots", "{\"id\":1}");
    scene.ask("createItem: of others", "other operator", "POST " + AREAS, "{\"id\":\"a-2\"}");
    scene.ask("createItem: an app", "app", "POST " + AREAS, "{\"id\":\"a-2\"}");
    scene.ask("createItem: no kind", "operator", "POST " + AREAS, "{}", type("text/plain"));
    scene.ask("createItem: packed", "operator", "POST " + AREAS, "{}", packed());
    scene.ask("createItem: with a slash", "operator", "POST " + AREAS + "/", "{\"id\":\"a-2\"}");
    scene.ask("readItem: there", "app", "GET " + AREAS + "/a-1");
    scene.ask("readItem: unknown", "app", "GET " + AREAS + "/a-9");
    scene.ask("readItem: a broken token", "broken", "GET " + AREAS + "/a-1");
    scene.ask("listItems: all", "app", "GET " + AREAS);
    scene.ask("listItems: a page", "app", "GET " + AREAS + "?offset=1&limit=1");
    scene.ask("listItems: less than none", "app", "GET " + AREAS + "?offset=-1");
    String news = "{\"id\":\"a-1\",\"level\":2}";
    scene.ask("replaceItem: there", "operator", "PUT " + AREAS + "/a-1", news);
    scene.ask("replaceItem: another id", "operator", "PUT " + AREAS + "/a-2", news);
    scene.ask("replaceItem: unknown", "operator", "PUT " + AREAS + "/a-9", "{\"id\":\"a-9\"}");
    scene.ask("replaceItemByBody: there", "operator", "PUT " + AREAS, "{\"id\":\"a-2\",\"n\":1}");
    scene.ask("replaceItemByBody: without an id", "operator", "PUT " + AREAS, "{\"n\":1}");
    scene.ask("deleteItem: there", "operator", "DELETE " + AREAS + "/a-2");
    scene.ask("deleteItem: gone", "operator", "DELETE " + AREAS + "/a-2");
    scene.ask("a method that is not there", "operator", "PATCH " + AREAS + "/a-1", "{}");
    scene.ask("a path that is not there", "operator", "GET /api/nothing");
    String all = "{\"areas\":[{\"id\":\"a-3\"},{\"id\":\"a-4\"}],\"merchants\":[{\"id\":\"m-1\"}]}";
    scene.ask("importItems: new", "operator", "POST " + OF_MALL + "/import", all);
    scene.ask("importItems: equal ones", "operator", "POST " + OF_MALL + "/import", all);
    String wrong = "{\"areas\":[{\"id\":\"a-5\"},{\"id\":{}}]}";
    scene.ask("importItems: a wrong one", "operator", "POST " + OF_MALL + "/import", wrong);
    scene.ask("importItems: no list", "operator", "POST " + OF_MALL + "/import", "{\"areas\":1}");
  }

  private static Map<String, String> type(String type) {
    return Map.of("Content-Type", type);
  }

  private static Map<String, String> packed() {
    return Map.of("Content-Encoding", "gzip");
  }

  /** How orchestrators get in, and stay in. */
  void orchestrators() {
    String path = "POST /api/orchestrators";
    Mall known = new Mall(MALL, "orch-known");
    Mall thief = new Mall(MALL, "orch-known");
    scene.ask("announceOrchestrator: a key", "operator", path, announcement(MALL, known));
    scene.ask("announceOrchestrator: other key", "operator", path, announcement(MALL, thief));
    scene.ask("announceOrchestrator: nowhere", "admin", path, announcement("nobody", known));
    scene.ask("announceOrchestrator: of others", "other operator", path, announcement(MALL, known));
    scene.ask("announceOrchestrator: no key", "operator", path, "{\"entity_id\":\"x\"}");
    register("registerOrchestrator: known key", known);
    register("registerOrchestrator: key of another", thief);
    String body = mall.registration();
    scene.ask("registerOrchestrator: no signature", "nobody", path + "/register", body);
    signed("registerOrchestrator: another body", body.replace("0.1.0", "0.2.0"), mall.sign(body));
    signed("registerOrchestrator: not base64", body, "%%%");
    String half = "{\"entity_id\":\"" + MALL + "\"}";
    signed("registerOrchestrator: half", half, mall.sign(half));
    Api.Answer answer = register("registerOrchestrator: first key", mall);
    assigned = answer.json().path("assigned_id").asText();
    String token = answer.json().path("token").asText();
    scene.token("orchestrator", token);
    String refresh = path + "/token/refresh";
    String fresh = mall.refresh(token);
    Map<String, String> right = Map.of("X-Signature", mall.sign(fresh));
    Map<String, String> wrong = Map.of("X-Signature", thief.sign(fresh));
    scene.ask("refreshToken: another key", "orchestrator", refresh, fresh, wrong);
    scene.ask("refreshToken: no token", "nobody", refresh, fresh, right);
    String next =
        scene
            .ask("refreshToken: own", "orchestrator", refresh, fresh, right)
            .json()
            .path("token")
            .asText();
    if (!next.isEmpty()) {
      scene.token("orchestrator", next);
    }
    scene.token("orchestrator", central.orchestratorToken(MALL, assigned, mall.orchestrator()));
    scene.ask("listOrchestrators: of an entity", "operator", "GET /api/orchestrators");
    scene.ask("listOrchestrators: nobody's", "app", "GET /api/orchestrators");
    String beat = "{\"status\":\"healthy\",\"version\":\"0.1.0\",\"uptime_seconds\":5}";
    scene.ask("orchestratorHeartbeat: well", "orchestrator", path + "/heartbeat", beat);
    scene.ask(
        "orchestratorHeartbeat: another's",
        "orchestrator",
        path + "/heartbeat",
        "{\"status\":\"healthy\",\"orchestrator_id\":\"orch-known\"}");
    scene.ask(
        "orchestratorHeartbeat: no status", "orchestrator", path + "/heartbeat", "{\"status\":7}");
    scene.ask("orchestratorHeartbeat: an operator", "operator", path + "/heartbeat", beat);
    String acks = path + "/events/ack";
    scene.ask("acknowledgeEvents: unknown", "orchestrator", acks, "{\"event_id\":\"evt-1\"}");
    scene.ask("acknowledgeEvents: none", "orchestrator", acks, "{}");
    scene.ask("acknowledgeEvents: app", "app", acks, "{\"event_id\":\"evt-1\"}");
    scene.ask("events: no token", "nobody", "GET /api/orchestrators/events");
  }

  private Api.Answer register(String name, Mall who) {
    String body = who.registration();
    return signed(name, body, who.sign(body));
  }

  private Api.Answer signed(String name, String body, String signature) {
    return scene.ask(
        name, "nobody", "POST /api/orchestrators/register", body, Map.of("X-Signature", signature));
  }

  private static String announcement(String entity, Mall mall) {
    return Api.JSON
        .createObjectNode()
        .put("entity_id", entity)
        .put("orchestrator_id", mall.orchestrator())
        .put("public_key", mall.publicKey())
        .toString();
  }
}
