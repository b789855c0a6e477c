package dev.drover.engine.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
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
}
