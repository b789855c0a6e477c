package dev.drover.quarkus;

import dev.drover.flows.anywhere.Questions;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.quarkus.core.CamelRuntime;

/** Starts the flows, asks them, and ends. */
@QuarkusMain
public class QuarkusFlows implements QuarkusApplication {
  @Inject CamelContext context;

  @Inject CamelRuntime runtime;

  @Inject QuarkusBeans beans;

  @Override
  public int run(String... arguments) throws Exception {
    runtime.start(arguments);
    String answers = Questions.ask(context, beans.flows());
    Files.writeString(Path.of(System.getProperty("answers")), answers);
    return 0;
  }

  /** Starts it. */
  public static void main(String... arguments) {
    Quarkus.run(QuarkusFlows.class, arguments);
  }
}
