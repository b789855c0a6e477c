package dev.drover.orchestrator;

import java.util.Map;

/** The data port of a mall, wherever that runs. */
interface MallDoor {
  /** Sends a body. */
  TestMall.Answer send(String method, String path, String token, String body);

  /** Posts a body with headers. */
  TestMall.Answer post(String path, String body, Map<String, String> headers);
}
