package dev.drover.engine.crypto;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** The one curve of the protocol, as the JDK and as BouncyCastle know it. */
final class P256 {
  static final String NAME = "secp256r1";
  static final ECParameterSpec SPEC = spec();
  static final ECDomainParameters DOMAIN = domain();

  private P256() {}

  /** Whether parameters describe P-256. */
  static boolean is(ECParameterSpec other) {
    return other != null
        && SPEC.getCurve().equals(other.getCurve())
        && SPEC.getGenerator().equals(other.getGenerator())
        && SPEC.getOrder().equals(other.getOrder())
        && SPEC.getCofactor() == other.getCofactor();
  }

  /** Whether a point lies on the curve; a point off it would make verification meaningless. */
  static boolean contains(ECPoint point) {
    if (point.equals(ECPoint.POINT_INFINITY)) {
      return false;
    }
    BigInteger p = ((ECFieldFp) SPEC.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    if (x.signum() < 0 || y.signum() < 0 || x.compareTo(p) >= 0 || y.compareTo(p) >= 0) {
      return false;
    }
    BigInteger right =
        x.pow(3).add(SPEC.getCurve().getA().multiply(x)).add(SPEC.getCurve().getB()).mod(p);
    return y.multiply(y).mod(p).equals(right);
  }

  /** A public key, which is on the curve since it was read. */
  static ECPublicKeyParameters parameters(ECPublicKey key) {
    ECPoint w = key.getW();
    return new ECPublicKeyParameters(
        DOMAIN.getCurve().createPoint(w.getAffineX(), w.getAffineY()), DOMAIN);
  }

  /** The public point of a private key. */
  static ECPoint publicPoint(ECPrivateKey key) {
    org.bouncycastle.math.ec.ECPoint q =
        new FixedPointCombMultiplier().multiply(DOMAIN.getG(), key.getS()).normalize();
    return new ECPoint(q.getAffineXCoord().toBigInteger(), q.getAffineYCoord().toBigInteger());
  }

  private static ECParameterSpec spec() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec(NAME));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ECDomainParameters domain() {
    X9ECParameters x9 = CustomNamedCurves.getByName(NAME);
    return new ECDomainParameters(x9.getCurve(), x9.getG(), x9.getN(), x9.getH());
  }
}
