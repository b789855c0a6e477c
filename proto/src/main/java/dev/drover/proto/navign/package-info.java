/**
 * The messages of Navign, a record each: what goes over the wire between central, malls, beacons
 * and operators. {@code proto/schemas} describes them, {@code proto/samples} shows them.
 */
package dev.drover.proto.navign;
