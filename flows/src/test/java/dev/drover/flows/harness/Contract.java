package dev.drover.flows.harness;

import dev.drover.flows.YamlNode;
import dev.drover.flows.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The operations of an OpenAPI document. */
public final class Contract {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

  /**
   * An operation.
   *
   * @param flow the direct: route that answers it
   * @param path as requested: each path parameter has its own name as value
   */
  public record Operation(String id, String flow, String method, String path) {}

  private Contract() {}

  /** Reads the operations of {@code proto/openapi/<name>.yaml}. */
  public static List<Operation> read(String name) throws IOException {
    Path file = FlowTest.HOME.resolve("proto/openapi/" + name + ".yaml");
    YamlNode paths = YamlReader.read(Files.readString(file)).at("paths").orElseThrow();
    List<Operation> operations = new ArrayList<>();
    paths
        .entries()
        .forEach(
            (path, item) ->
                item.entries()
                    .forEach(
                        (method, operation) -> {
                          if (METHODS.contains(method)
                              && !operation.text("operationId").isEmpty()) {
                            operations.add(
                                new Operation(
                                    operation.text("operationId"),
                                    operation.text("x-flow").isEmpty()
                                        ? operation.text("operationId")
                                        : operation.text("x-flow"),
                                    method.toUpperCase(java.util.Locale.ROOT),
                                    path.replaceAll("[{}]", "")));
                          }
                        }));
    return operations;
  }
}
