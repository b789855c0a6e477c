package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;
import java.util.List;

/** The registrations that an operator can decide about, those that wait first. */
@WireMessage
public record RegistrationList(List<RegistrationState> registrations) {}
