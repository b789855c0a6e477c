package dev.drover.orchestrator;

import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralContact;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.edits.EdgeEdits;
import dev.drover.orchestrator.edits.EditSender;
import dev.drover.orchestrator.mall.MallIdentity;
import dev.drover.orchestrator.reads.ChecksumReads;
import dev.drover.orchestrator.reads.EntityReads;
import dev.drover.orchestrator.reads.MallView;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.sync.SyncPlan;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The mall's data for its own people: what they read, and what they edit. */
@Configuration(proxyBeanMethods = false)
class EntityConfiguration {
  @Bean
  MallView entityView(EntityCache cache, Edits edits) {
    return new MallView(cache, edits);
  }

  @Bean
  EntityReads entityReads(
      MallView view, CentralContact contact, CentralLink link, MallIdentity identity) {
    return new EntityReads(view, contact, link::connected, identity.entityId());
  }

  @Bean
  EditSender editSender(Edits edits, MallView view, SyncPlan plan, MallIdentity identity) {
    return new EditSender(edits, view, plan, identity.entityId());
  }

  @Bean
  EdgeEdits edgeEdits(MallView view, EntityReads reads, Edits edits, EditSender sender) {
    return new EdgeEdits(view, reads, edits, sender);
  }

  @Bean
  ChecksumReads checksumReads(EntityCache cache, MallIdentity identity, Clock clock) {
    return new ChecksumReads(cache, identity.entityId(), clock);
  }
}
