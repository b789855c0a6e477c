package dev.drover.process;

import dev.drover.engine.start.StartFailure;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.context.ConfigurableApplicationContext;

/** A refused start is told in one line by {@link StartFailure}, without a stack trace. */
final class StartReport implements SpringBootExceptionReporter {
  StartReport(ConfigurableApplicationContext context) {
    // what Spring Boot calls
  }

  @Override
  public boolean reportException(Throwable failure) {
    return StartFailure.refused(failure).isPresent();
  }
}
