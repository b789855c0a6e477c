package dev.drover.process;

import dev.drover.engine.crypto.TokenVerifier;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** What every process has. */
@AutoConfiguration
class ProcessConfiguration {
  @Bean
  ManagementFilter managementFilter(TokenVerifier tokens, Clock clock) {
    return new ManagementFilter(tokens, clock);
  }
}
