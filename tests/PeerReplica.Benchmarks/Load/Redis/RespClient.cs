using System.Buffers.Text;
using System.Globalization;
using System.Text;
using PeerReplica.Benchmarks.Load.Bare;

namespace PeerReplica.Benchmarks.Load.Redis;

/// <summary>A client of Redis, as small as the benchmark can do with: RESP 2 over one connection with blocking calls. What is written is sent when it is flushed, so commands can be many at a time.</summary>
internal sealed class RespClient(int port) : IDisposable
{
    private readonly Stream _stream = BareStream.Connect(port, isTls: false);
    private readonly byte[] _incoming = new byte[64 << 10];
    private byte[] _outgoing = new byte[64 << 10];
    private int _written;
    private int _start;
    private int _end;

    /// <summary>How many bytes wait to be flushed.</summary>
    public int Written => _written;

    public void Write(params ReadOnlySpan<string> words)
    {
        Begin(words.Length);
        foreach (var word in words) Bulk(Encoding.UTF8.GetBytes(word));
    }

    public void WriteSet(string key, ReadOnlySpan<byte> value)
    {
        Begin(3);
        Bulk("SET"u8);
        Header((byte)'$', key.Length);
        Room(key.Length + 2);
        _written += Encoding.ASCII.GetBytes(key, _outgoing.AsSpan(_written));
        Raw("\r\n"u8);
        Bulk(value);
    }

    public void Flush()
    {
        _stream.Write(_outgoing.AsSpan(0, _written));
        _written = 0;
    }

    /// <summary>Sends a command and reads its answer.</summary>
    public string? Ask(params ReadOnlySpan<string> words)
    {
        Write(words);
        Flush();
        return Read();
    }

    /// <summary>Reads one answer; of a list its last element.</summary>
    public string? Read()
    {
        var line = Line();
        switch (line[0])
        {
            case '+' or ':':
                return line[1..];
            case '$':
                var length = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture);
                return length < 0 ? null : Text(length);
            case '*':
                string? last = null;
                for (var left = int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture); left > 0; left--) last = Read();
                return last;
            case '-' when line.StartsWith("-LOADING", StringComparison.Ordinal):
                throw new IOException("Redis is still loading what its primary sent.");
            default:
                throw new InvalidOperationException($"Redis answers: {line}");
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Begin(int words) => Header((byte)'*', words);

    private void Bulk(ReadOnlySpan<byte> bytes)
    {
        Header((byte)'$', bytes.Length);
        Raw(bytes);
        Raw("\r\n"u8);
    }

    private void Header(byte kind, int number)
    {
        Room(16);
        _outgoing[_written++] = kind;
        Utf8Formatter.TryFormat(number, _outgoing.AsSpan(_written), out var digits);
        _written += digits;
        Raw("\r\n"u8);
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

    private string Line()
    {
        while (true)
        {
            var length = _incoming.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_incoming, _start, length);
                _start += length + 2;
                return line;
            }

            Fill();
        }
    }

    private string Text(int length)
    {
        while (_end - _start < length + 2) Fill();
        var text = Encoding.UTF8.GetString(_incoming, _start, length);
        _start += length + 2;
        return text;
    }

    private void Fill()
    {
        _incoming.AsSpan(_start, _end - _start).CopyTo(_incoming);
        (_start, _end) = (0, _end - _start);
        if (_end == _incoming.Length) throw new InvalidOperationException("An answer of Redis is longer than the benchmark expects.");
        var count = _stream.Read(_incoming.AsSpan(_end));
        if (count == 0) throw new IOException("Redis has closed the connection.");
        _end += count;
    }
}
