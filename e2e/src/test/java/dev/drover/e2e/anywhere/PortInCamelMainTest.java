package dev.drover.e2e.anywhere;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.e2e.harness.Api;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.e2e.harness.Ports;
import dev.drover.engine.guard.ContractNet;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.http.Contract;
import dev.drover.engine.http.ErrorRenderer;
import dev.drover.engine.http.HttpPort;
import dev.drover.engine.limit.ByteBudget;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.junit.jupiter.api.Test;

/**
 * The port of the processes, with contract, filter and net, in plain Camel main: what Spring does
 * for it is to mount it before the routes are made and to let it listen when they run.
 */
class PortInCamelMainTest {
  private static final Path HOME = JavaProcess.HOME;

  /** What the flow of the simulated mall asks. */
  public static final class Line {
    private final List<String> asked = new ArrayList<>();

    /** Its health. */
    public void health(Exchange exchange) {
      exchange.getMessage().setBody("{\"status\":\"healthy\"}");
    }

    /** A cut. */
    public void cutLine(Exchange exchange) {
      asked.add(exchange.getMessage().getBody(String.class));
      if (asked.size() > 1) {
        throw new IllegalStateException("cut twice");
      }
      exchange.getMessage().setBody("{\"cut\":true}");
    }
  }

  @Test
  void thePortServesAContractWithoutSpring() throws Exception {
    Line line = new Line();
    Vertx vertx = Vertx.vertx();
    int number = Ports.free();
    Contract contract = Contract.of(List.of(HOME.resolve("proto/openapi/simulator.yaml")));
    HttpPort port =
        new HttpPort(
            vertx,
            HttpPort.Settings.plain("127.0.0.1", number, 1),
            contract,
            ByteBudget.ofHeap(),
            Optional.empty(),
            Clock.systemUTC());
    Main main = main(line, contract);
    main.addMainListener(
        new MainListenerSupport() {
          @Override
          public void beforeInitialize(BaseMainSupport started) {
            port.mount(started.getCamelContext());
          }
        });
    main.start();
    try {
      port.listen();
      Api api = new Api("http://127.0.0.1:" + number);

      assertThat(api.get("/health", null).toString()).isEqualTo("200 {\"status\":\"healthy\"}");
      Api.Answer cut = api.post("/api/line/cut", null, "{\"seconds\":1}");
      assertThat(cut.toString()).isEqualTo("200 {\"cut\":true}");
      assertThat(cut.header("Content-Type")).isEqualTo("application/json");
      assertThat(line.asked).containsExactly("{\"seconds\":1}");
      assertThat(api.post("/api/line/cut", null, "{}").code()).isEqualTo("INTERNAL_ERROR");
      assertThat(api.post("/api/line/cut", null, " ".repeat(5000)).status()).isEqualTo(413);
      assertThat(api.get("/api/line/cut", null).status()).isEqualTo(405);
      assertThat(api.get("/api/nothing", null).code()).isEqualTo("NOT_FOUND");
      assertThat(line.asked).hasSize(2);
    } finally {
      main.stop();
      port.close();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static Main main(Line line, Contract contract) {
    Main main = new Main();
    Clock clock = Clock.systemUTC();
    Map<String, String> settings =
        Map.of(
            "drover.home", HOME.toString(),
            "camel.main.routes-include-pattern",
                "file:%s,file:%s"
                    .formatted(
                        HOME.resolve("routes/shared/00-errors.camel.yaml"),
                        HOME.resolve("routes/simulator/00-rest.camel.yaml")));
    settings.forEach(main::addInitialProperty);
    main.bind("simulatorOperations", line);
    main.bind("errorRenderer", new ErrorRenderer(clock));
    main.bind(
        "contractNet",
        new ContractNet(
            contract.doors(), Optional.empty(), new Conditions(clock), operation -> {}));
    return main;
  }
}
