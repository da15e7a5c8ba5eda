package io.grpcplatform.samples.payment;

/**
 * The issuer this sample plays: it looks at the end of the card's token.
 *
 * <table>
 * <caption>What the cards do</caption>
 * <tr><th>ends in</th><th>authorize</th><th>capture</th></tr>
 * <tr><td>{@code 0002}</td><td>declined</td><td>–</td></tr>
 * <tr><td>{@code 0119}</td><td>yes</td><td>declined</td></tr>
 * <tr><td>anything else</td><td>yes</td><td>yes</td></tr>
 * </table>
 */
final class TestCards {
  private TestCards() {}

  static boolean authorizes(String cardToken) {
    return !cardToken.endsWith("0002");
  }

  static boolean captures(String cardToken) {
    return !cardToken.endsWith("0119");
  }
}
