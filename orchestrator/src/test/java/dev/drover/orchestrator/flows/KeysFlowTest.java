package dev.drover.orchestrator.flows;

import static dev.drover.flows.harness.Effect.body;
import static dev.drover.flows.harness.Effect.failure;

import dev.drover.flows.harness.FlowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new key for the mall's records: the former one goes last. */
class KeysFlowTest extends FlowTest {
  KeysFlowTest() {
    super("orchestrator", "13-keys");
  }

  @Test
  void anOperatorHasANewKeyTakenIntoUse() {
    into("keys-rekey-start")
        .header("entity_id", "mall-2")
        .run()
        .calls(
            "authenticator.authenticate",
            "authoriser.authorise(operator, entity)",
            "rekey.start",
            "protocolLog.record(rekey_started, an operator changes the key that seals records, mall-1)",
            "rekey.progress")
        .sent("authoriser.authorise", "entity_id", "mall-1")
        .header("CamelHttpResponseCode", "202")
        .header("Content-Type", "application/json")
        .endsWell();
  }

  @ParameterizedTest(name = "{0} refused by {1}")
  @CsvSource({
    "keys-rekey-start, authenticator.authenticate",
    "keys-rekey-start, authoriser.authorise",
    "keys-rekey-start, rekey.start"
  })
  void whoIsRefusedChangesNoKey(String route, String guard) {
    given(guard, failure(new IllegalArgumentException("no")));

    into(route).run().endsWith(guard, "errorRenderer.render").endsWell();
  }

  @Test
  void whileRecordsAreLeftTheFormerKeyStays() {
    given("rekey.sealBatch", body(true));

    into("keys-records-seal").run().calls("rekey.sealBatch").endsWell();
  }

  @Test
  void theFormerKeyGoesWhenNoRecordIsLeft() {
    given("rekey.sealBatch", body(false));

    into("keys-records-seal")
        .run()
        .calls(
            "rekey.sealBatch",
            "rekey.retire",
            "protocolLog.record(rekey_finished, every record is sealed with the new key, the former one is deleted)")
        .endsWell();
  }

  @Test
  void aBatchThatCannotBeSealedKeepsTheFormerKey() {
    given("rekey.sealBatch", failure(new IllegalStateException("disk")));

    into("keys-records-seal")
        .run()
        .calls("rekey.sealBatch", "log WARN: keys-records-seal: disk; tried again later")
        .failsWith("disk");
  }
}
