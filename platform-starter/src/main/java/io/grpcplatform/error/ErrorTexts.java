package io.grpcplatform.error;

import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What declared errors say in other languages than the contract's. Who calls names languages in the
 * metadata {@code accept-language}, as over HTTP; the error's {@code LocalizedMessage} is put into
 * the first of them that the application has a text in. The status' description stays the
 * contract's.
 *
 * <p>Only languages that are set are looked for: a source of texts keeps what it has looked for,
 * and callers could have it look for any number.
 */
final class ErrorTexts {

  /** The contract's own language alone. */
  static final ErrorTexts NONE = new ErrorTexts(List.of(), (key, language) -> null);

  private static final Metadata.Key<String> ACCEPT_LANGUAGE =
      Metadata.Key.of("accept-language", Metadata.ASCII_STRING_MARSHALLER);

  /** Longer ones are a caller's nonsense, and sorting costs. */
  private static final int LONGEST_WISH = 256;

  private final List<Locale> languages;
  private final BiFunction<String, Locale, @Nullable String> texts;

  /**
   * Texts.
   *
   * @param texts the text for a key, {@code <domain>.<code>}, in a language; null where there is
   *     none
   */
  ErrorTexts(List<Locale> languages, BiFunction<String, Locale, @Nullable String> texts) {
    this.languages = List.copyOf(languages);
    this.texts = texts;
  }

  /** Puts the error that {@code trailers} carry into the caller's language, if it is declared. */
  void speak(Metadata headers, Status status, Metadata trailers) {
    if (languages.isEmpty()) {
      return;
    }
    String wish = headers.get(ACCEPT_LANGUAGE);
    Locale language = wish == null ? null : language(wish);
    ErrorAnswer answer = language == null ? null : ErrorAnswer.of(status, trailers);
    if (language == null || answer == null || answer.domain().equals(PlatformException.PLATFORM)) {
      return;
    }
    String text = text(answer.domain(), answer.code(), answer.values(), language);
    if (text != null) {
      ErrorAnswer.say(text, language.toLanguageTag(), trailers);
    }
  }

  /** The error's text in the first of the languages asked for that there is; null without one. */
  @Nullable String text(PlatformException error, String wish) {
    Locale language = languages.isEmpty() ? null : language(wish);
    return language == null ? null : text(error.domain(), error.code(), error.values(), language);
  }

  private @Nullable String text(
      String domain, String code, Map<String, String> values, Locale language) {
    String text = texts.apply(domain + "." + code, language);
    return text == null ? null : DeclaredErrors.filled(text, values);
  }

  private @Nullable Locale language(String wish) {
    if (wish.length() > LONGEST_WISH) {
      return null;
    }
    try {
      return Locale.lookup(LanguageRange.parse(wish), languages);
    } catch (IllegalArgumentException nonsense) {
      return null;
    }
  }
}
