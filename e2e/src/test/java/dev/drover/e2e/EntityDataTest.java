package dev.drover.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.CentralProcess;
import dev.drover.e2e.harness.Mall;
import dev.drover.e2e.harness.Shared;
import dev.drover.engine.crypto.Role;
import org.junit.jupiter.api.Test;

/** Entity data by its REST paths: documents are returned as stored, with or without the slash. */
class EntityDataTest {
  @Test
  void anOperatorCreatesReadsReplacesAndDeletes() {
    CentralProcess central = Shared.central();
    Api api = central.api();
    String entity = Mall.fresh("data").entity();
    String path = "/api/entities/" + entity;
    String body = "{\"id\":\"" + entity + "\",\"name\":\"Mall\"}";
    assertThat(api.post("/api/entities", central.admin(), body).status()).isEqualTo(201);
    String operator = central.token(Role.OPERATOR, entity, "olga");
    String renamed = body.replace("Mall", "Big Mall");
    assertThat(api.put(path, operator, renamed).status()).isEqualTo(200);
    assertThat(api.get(path, operator).body()).isEqualTo(renamed);

    String areas = path + "/areas";
    assertThat(api.post(areas, operator, "{\"id\":17}").status()).isEqualTo(201);
    assertThat(api.post(areas, operator, "{\"id\":\"17\"}").status())
        .as("17 and \"17\" are one id")
        .isEqualTo(409);
    assertThat(api.put(areas, operator, "{\"id\":17,\"n\":1}").status()).isEqualTo(200);
    assertThat(api.put(areas + "/17", operator, "{\"id\":17,\"n\":2}").status()).isEqualTo(200);
    assertThat(api.get(areas + "/17/", operator).body()).isEqualTo("{\"id\":17,\"n\":2}");
    Api.Answer assigned = api.post(areas, operator, "{\"id\":-1}");
    assertThat(assigned.json().path("id").asText()).isNotEqualTo("-1").isNotBlank();
    assertThat(api.call("DELETE", areas + "/17").token(operator).send().status()).isEqualTo(200);
    assertThat(api.get(areas + "/17", operator).status()).isEqualTo(404);
  }
}
