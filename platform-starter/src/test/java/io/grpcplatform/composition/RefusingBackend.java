package io.grpcplatform.composition;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A server that refuses the first stream it gets before looking at it, as one does that is about to
 * go, and answers every other one with NOT_FOUND. Speaks just as much HTTP/2.
 */
final class RefusingBackend implements AutoCloseable {

  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int ACK = 1;
  private static final int END_STREAM_AND_HEADERS = 5;
  private static final int REFUSED_STREAM = 7;
  private static final int PREFACE = 24;

  private final ServerSocket socket;
  private boolean refused;

  RefusingBackend() throws IOException {
    socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread serving = new Thread(this::serve, "refusing-backend");
    serving.setDaemon(true);
    serving.start();
  }

  int port() {
    return socket.getLocalPort();
  }

  private void serve() {
    try (Socket peer = socket.accept();
        DataInputStream in = new DataInputStream(peer.getInputStream());
        DataOutputStream out = new DataOutputStream(peer.getOutputStream())) {
      in.readFully(new byte[PREFACE]);
      send(out, SETTINGS, 0, 0, new byte[0]);
      while (true) {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        if (type == HEADERS) {
          answer(out, stream);
        } else if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
          send(out, type, ACK, 0, type == PING ? payload : new byte[0]);
        }
      }
    } catch (IOException over) {
      // The client has gone, or the test is over.
    }
  }

  private void answer(DataOutputStream out, int stream) throws IOException {
    if (refused) {
      send(out, HEADERS, END_STREAM_AND_HEADERS, stream, notFound());
    } else {
      refused = true;
      send(out, RST_STREAM, 0, stream, new byte[] {0, 0, 0, REFUSED_STREAM});
    }
  }

  /** HPACK: {@code :status 200} by its index, the others as they are. */
  private static byte[] notFound() {
    String block = "\u0088" + field("content-type", "application/grpc") + field("grpc-status", "5");
    return block.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String field(String name, String value) {
    return "\0" + (char) name.length() + name + (char) value.length() + value;
  }

  private static void send(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.writeShort(payload.length >> 8);
    out.writeByte(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
