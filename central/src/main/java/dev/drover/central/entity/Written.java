package dev.drover.central.entity;

/**
 * What a write has done, now or when it was done first.
 *
 * @param changed how many documents it changed
 * @param seq the number of its last change; 0 when it changed nothing
 */
public record Written(int changed, long seq) {}
