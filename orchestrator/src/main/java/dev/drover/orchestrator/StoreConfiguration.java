package dev.drover.orchestrator;

import dev.drover.engine.crypto.KeyProvider;
import dev.drover.engine.crypto.Sealer;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.time.Ticker;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.database.SealedStore;
import dev.drover.orchestrator.keys.Rekey;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.store.StoreOutcomes;
import dev.drover.orchestrator.store.Untold;
import java.time.Clock;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The mall's stores and the key that seals them. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {
  private static final String SEALING_KEY = "mall-store";

  @Bean
  Sealer sealer(KeyProvider keys) {
    return Rekey.sealer(keys, SEALING_KEY);
  }

  @Bean
  Rekey rekey(KeyProvider keys, Sealer sealer, List<SealedStore> stores, Clock clock) {
    return new Rekey(keys, SEALING_KEY, sealer, stores, clock);
  }

  @Bean
  EntityCache entityCache(OrchestratorProperties properties, Sealer sealer, Clock clock) {
    return new EntityCache(
        properties.data().resolve("cache.db"), properties.entityId(), sealer, clock);
  }

  @Bean
  StoreOutcomes storeOutcomes(
      OrchestratorProperties properties, Conditions conditions, Ticker ticker) {
    return new StoreOutcomes(properties.data().resolve("mall.db"), conditions, ticker);
  }

  @Bean
  MallStore mallStore(
      OrchestratorProperties properties, Sealer sealer, Clock clock, StoreOutcomes outcomes) {
    MallStore store = new MallStore(properties.data().resolve("mall.db"), sealer, clock);
    store.database().heardBy(outcomes);
    return store;
  }

  @Bean
  Untold untold(MallStore store) {
    return new Untold(store);
  }

  @Bean
  Edits edits(MallStore store, Clock clock) {
    return new Edits(store, clock);
  }
}
