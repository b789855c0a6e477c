package dev.drover.engine.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.impl.ConcatKDF;
import com.nimbusds.jose.crypto.impl.ECDH;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import java.security.KeyPair;
import java.security.Provider;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** What is sealed for central is read by central, and in one form only. */
class EnvelopeTest {
  private static final byte[] LOGS = "{\"user_id\":\"ada\"}".getBytes(UTF_8);

  private final KeyPair key = PrivateKeys.generate();
  private final ECKey offered = Jwks.encryption((ECPublicKey) key.getPublic());

  private static void refused(String jwe, KeyPair key) {
    ProtocolException e =
        catchThrowableOfType(ProtocolException.class, () -> Envelope.open(jwe, key));
    assertThat(e).as(jwe).isNotNull();
    assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_FAILED);
  }

  private String sealed(JWEHeader header) throws Exception {
    JWEObject object = new JWEObject(header, new Payload(LOGS));
    object.encrypt(new ECDHEncrypter(offered));
    return object.serialize();
  }

  @Test
  void theKeyIsOfferedForEncryptionOnly() {
    assertThat(offered.getKeyUse()).isEqualTo(KeyUse.ENCRYPTION);
    assertThat(offered.getAlgorithm()).isEqualTo(JWEAlgorithm.ECDH_ES);
    assertThat(offered.isPrivate()).isFalse();
  }

  @Test
  void itsHolderReadsWhatIsSealed() {
    String jwe = Envelope.seal(LOGS, offered);
    assertThat(Envelope.open(jwe, key)).isEqualTo(LOGS);
    assertThat(Envelope.seal(LOGS, offered)).as("never the same twice").isNotEqualTo(jwe);
  }

  @Test
  void anEphemeralKeyServesForAMinute() {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
    EnvelopeSeal seal = new EnvelopeSeal(offered, now::get);
    List<String> sealed = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sealed.add(seal.seal(LOGS));
    }
    now.addAndGet(Duration.ofMinutes(1).toNanos());
    sealed.add(seal.seal(LOGS));
    now.incrementAndGet();
    String next = seal.seal(LOGS);
    sealed.forEach(jwe -> assertThat(part(jwe, 0)).isEqualTo(part(sealed.get(0), 0)));
    assertThat(sealed.stream().map(jwe -> part(jwe, 2)).distinct()).as("nonces").hasSize(101);
    assertThat(part(next, 0)).isNotEqualTo(part(sealed.get(0), 0));
    sealed.add(next);
    sealed.forEach(jwe -> assertThat(Envelope.open(jwe, key)).isEqualTo(LOGS));
  }

  @Test
  void whatIsKnownOfOneKeyOpensNothingForAnother() {
    String jwe = Envelope.seal(LOGS, offered);
    assertThat(Envelope.open(jwe, key)).isEqualTo(LOGS);
    refused(jwe, PrivateKeys.generate());
    String other = Envelope.seal("{}".getBytes(UTF_8), offered);
    refused(jwe.replace(part(jwe, 4), part(other, 4)), key);
    assertThat(Envelope.open(other, key)).isEqualTo("{}".getBytes(UTF_8));
  }

  private static String part(String jwe, int index) {
    return jwe.split("\\.", -1)[index];
  }

  @Test
  void theTagIsWhole() {
    String jwe = Envelope.seal(LOGS, offered);
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    byte[] text = Base64.getUrlDecoder().decode(part(jwe, 3));
    byte[] tag = Base64.getUrlDecoder().decode(part(jwe, 4));
    byte[] longer = Arrays.copyOf(text, text.length + 1);
    longer[text.length] = tag[0];
    refused(
        jwe.replace(part(jwe, 3), encoder.encodeToString(longer))
            .replace(part(jwe, 4), encoder.encodeToString(Arrays.copyOfRange(tag, 1, 16))),
        key);
  }

  @Test
  void aPointOffTheCurveIsRefused() throws Exception {
    String jwe = Envelope.seal(LOGS, offered);
    ObjectNode header = Json.object(Base64.getUrlDecoder().decode(part(jwe, 0)));
    ((ObjectNode) header.get("epk")).put("y", header.get("epk").get("x").textValue());
    refused(withHeader(jwe, header.toString()), key);
    refused(withHeader(jwe, header.without("epk").toString()), key);
  }

  @Test
  void othersReadItToo() throws Exception {
    for (int size : new int[] {0, 1, 2, 3, 1_000_000}) {
      byte[] content = new byte[size];
      JWEObject read = JWEObject.parse(Envelope.seal(content, offered));
      read.decrypt(new ECDHDecrypter((ECPrivateKey) key.getPrivate()));
      assertThat(read.getPayload().toBytes()).isEqualTo(content);
      assertThat(read.getHeader().getKeyID()).isEqualTo(offered.getKeyID());
    }
    KeyPair another = PrivateKeys.generate();
    String forAnother = Envelope.seal(LOGS, Jwks.encryption((ECPublicKey) another.getPublic()));
    assertThat(Envelope.open(forAnother, another)).isEqualTo(LOGS);
  }

  @Test
  void nothingElseIsOpened() throws Exception {
    String jwe = Envelope.seal(LOGS, offered);
    refused(jwe, PrivateKeys.generate());
    String[] parts = jwe.split("\\.");
    parts[3] = (parts[3].startsWith("A") ? "B" : "A") + parts[3].substring(1);
    refused(String.join(".", parts), key);
    refused("garbage", key);
    refused("a.b.c.d.e", key);
    refused(sealed(new JWEHeader(JWEAlgorithm.ECDH_ES, EncryptionMethod.A128GCM)), key);
    refused(sealed(new JWEHeader(JWEAlgorithm.ECDH_ES_A256KW, EncryptionMethod.A256GCM)), key);
    refused(
        sealed(
            new JWEHeader.Builder(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM)
                .compressionAlgorithm(CompressionAlgorithm.DEF)
                .build()),
        key);
  }

  private static String withHeader(String jwe, String header) {
    String[] parts = jwe.split("\\.", -1);
    parts[0] = Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(UTF_8));
    return String.join(".", parts);
  }

  @Test
  void b8CriticalMembersAreRefused() throws Exception {
    String jwe = Envelope.seal(LOGS, offered);
    String epk =
        new String(Base64.getUrlDecoder().decode(jwe.substring(0, jwe.indexOf('.'))), UTF_8);
    for (String crit : List.of("[]", "[\"b64\"]", "null", "[\"exp\"]")) {
      String header = epk.replaceFirst("\\{", "{\"crit\":" + crit + ",");
      refused(withHeader(jwe, header), key);
      // sealed with it, so that nothing else is wrong
      refused(resealed(header), key);
    }
  }

  /** Sealed with exactly this protected header, which names its own ephemeral key. */
  private String resealed(String header) throws Exception {
    ECKey ephemeral = new ECKeyGenerator(Curve.P_256).generate();
    ObjectNode said = Json.object(header.getBytes(UTF_8));
    said.set("epk", Json.object(ephemeral.toPublicJWK().toJSONString().getBytes(UTF_8)));
    SecretKey shared =
        ECDH.deriveSharedSecret(
            offered.toECPublicKey(), ephemeral.toECPrivateKey(), (Provider) null);
    ConcatKDF kdf = new ConcatKDF("SHA-256");
    SecretKey secret =
        ECDH.deriveSharedKey(
            new JWEHeader(JWEAlgorithm.ECDH_ES, EncryptionMethod.A256GCM), shared, kdf);
    String first =
        Base64.getUrlEncoder().withoutPadding().encodeToString(said.toString().getBytes(UTF_8));
    byte[] iv = new byte[12];
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.ENCRYPT_MODE,
        new SecretKeySpec(secret.getEncoded(), "AES"),
        new GCMParameterSpec(128, iv));
    cipher.updateAAD(first.getBytes(UTF_8));
    byte[] text = cipher.doFinal(LOGS);
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return String.join(
        ".",
        first,
        "",
        encoder.encodeToString(iv),
        encoder.encodeToString(Arrays.copyOf(text, LOGS.length)),
        encoder.encodeToString(Arrays.copyOfRange(text, LOGS.length, text.length)));
  }

  @Test
  void aHeaderOfOurOwnMakingIsOpened() throws Exception {
    String jwe =
        resealed(
            "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"kid\":\"" + offered.getKeyID() + "\"}");
    assertThat(Envelope.open(jwe, key)).isEqualTo(LOGS);
  }

  @Test
  void b8NothingStandsAroundOrBesideTheSealedText() {
    String jwe = Envelope.seal(LOGS, offered);
    for (String other :
        List.of(" " + jwe, jwe + " ", jwe + "\n", jwe + "=", jwe.replace("..", ". ."))) {
      refused(other, key);
    }
    // RFC 7516, section 5.2: with ECDH-ES there is no encrypted key
    refused(jwe.replace("..", ".AAAA."), key);
  }
}
