using System.Buffers.Text;
using System.Text;
using PeerReplica.Benchmarks.Load.Bare;

namespace PeerReplica.Benchmarks.Load.Nats;

/// <summary>A client of NATS, as small as the benchmark can do with: the text protocol over one connection with blocking calls. What is published is sent when it is flushed.</summary>
internal sealed class NatsClient : IDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _incoming = new byte[256 << 10];
    private byte[] _outgoing = new byte[128 << 10];
    private int _written;
    private int _start;
    private int _end;

    public NatsClient(int port)
    {
        _stream = BareStream.Connect(port, isTls: false);
        Line();
        Raw("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n"u8);
        Ping();
    }

    /// <summary>How many bytes wait to be flushed.</summary>
    public int Written => _written;

    public void Publish(string subject, ReadOnlySpan<byte> payload)
    {
        Raw("PUB "u8);
        Room(subject.Length + 16);
        _written += Encoding.ASCII.GetBytes(subject, _outgoing.AsSpan(_written));
        _outgoing[_written++] = (byte)' ';
        Utf8Formatter.TryFormat(payload.Length, _outgoing.AsSpan(_written), out var digits);
        _written += digits;
        Raw("\r\n"u8);
        Raw(payload);
        Raw("\r\n"u8);
    }

    public void Flush()
    {
        _stream.Write(_outgoing.AsSpan(0, _written));
        _written = 0;
    }

    public void Subscribe(string subject)
    {
        Raw(Encoding.ASCII.GetBytes($"SUB {subject} 1\r\n"));
        Ping();
    }

    /// <summary>Returns when the server has answered, and with that has seen all that was sent before.</summary>
    public void Ping()
    {
        Raw("PING\r\n"u8);
        Flush();
        while (!Line().SequenceEqual("PONG"u8))
        {
            // Anything else before the answer is of no interest here.
        }
    }

    /// <summary>Waits for the next message's payload, which is valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        while (true)
        {
            var line = Line();
            if (line.SequenceEqual("PING"u8))
            {
                _stream.Write("PONG\r\n"u8);
                continue;
            }

            if (!line.StartsWith("MSG "u8)) continue;
            if (!Utf8Parser.TryParse(line[(line.LastIndexOf((byte)' ') + 1)..], out int length, out _)) throw new InvalidOperationException("NATS announces a message without a length.");
            while (_end - _start < length + 2) Fill();
            _start += length + 2;
            return _incoming.AsSpan(_start - length - 2, length);
        }
    }

    public void Dispose() => _stream.Dispose();

    private ReadOnlySpan<byte> Line()
    {
        while (true)
        {
            var length = _incoming.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                _start += length + 2;
                return _incoming.AsSpan(_start - length - 2, length);
            }

            Fill();
        }
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        Room(bytes.Length);
        bytes.CopyTo(_outgoing.AsSpan(_written));
        _written += bytes.Length;
    }

    private void Room(int bytes)
    {
        if (_written + bytes > _outgoing.Length) Array.Resize(ref _outgoing, Math.Max(_outgoing.Length * 2, _written + bytes));
    }

    private void Fill()
    {
        _incoming.AsSpan(_start, _end - _start).CopyTo(_incoming);
        (_start, _end) = (0, _end - _start);
        var count = _stream.Read(_incoming.AsSpan(_end));
        if (count == 0) throw new IOException("NATS has closed the connection.");
        _end += count;
    }
}
