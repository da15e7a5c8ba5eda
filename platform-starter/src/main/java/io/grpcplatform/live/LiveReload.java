package io.grpcplatform.live;

/**
 * Lets settings change while the application runs: for whoever changes Spring's {@code Environment}
 * and tells nobody. A bean of this type is there unless {@code platform.live.enabled} is false.
 *
 * <p>Threading: safe; one change at a time, made on the caller's thread. It blocks while another
 * change is made.
 */
public interface LiveReload {

  /**
   * Applies what the environment says now, as one change: all of it, or nothing. A platform
   * property that only a restart can change is named in the log and in the endpoint {@code
   * grpcsettings}, and the rest is applied.
   *
   * @return the version of the settings that hold now, which is the one before if nothing changed
   * @throws io.grpcplatform.SettingException if something in the environment cannot be used; it
   *     names the property, and everything stays as it was
   */
  int reload();
}
