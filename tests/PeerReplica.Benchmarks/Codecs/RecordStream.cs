using System.Buffers;
using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Benchmarks.Codecs;

/// <summary>
/// The records of a data frame: flags, time step, text key, payload, as <c>DeltaWriter</c> writes them for a map of one origin; written and read with
/// the package and by hand.
/// </summary>
internal sealed class RecordStream
{
    public const int Records = 1_000;
    private readonly string[] _keys = [.. Enumerable.Range(0, Records).Select(i => $"session/{i:d6}")];
    private readonly byte[] _payload = new byte[24];
    private readonly FrameBuffer _buffer = new();

    public RecordStream()
    {
        _payload[0] = MessagePackCode.Bin8;
        _payload[1] = (byte)(_payload.Length - 2);
        WriteWithPackage();
        Body = _buffer.Written.ToArray();
        WriteByHand();
        if (!_buffer.Written.SequenceEqual(Body)) throw new InvalidOperationException("The two writers differ.");
    }

    public byte[] Body { get; }

    public void WriteByHand()
    {
        _buffer.Reset();
        IBufferWriter<byte> output = _buffer;
        for (var i = 0; i < Records; i++)
        {
            output.WriteUInt(3);
            output.WriteInt(i % 40);
            output.WriteString(_keys[i]);
            output.Write(_payload);
        }
    }

    public void WriteWithPackage()
    {
        _buffer.Reset();
        var output = new MessagePackWriter(_buffer);
        for (var i = 0; i < Records; i++)
        {
            output.WriteUInt(3);
            output.WriteInt(i % 40);
            output.WriteText(_keys[i]);
            output.WriteRaw(_payload);
            output.Flush();
        }
    }

    public long ReadByHand()
    {
        var sum = 0L;
        var reader = new SpanReader(Body);
        while (!reader.End)
        {
            if (!reader.TryReadUInt(out var flags) || !reader.TryReadInt(out var step)) throw new InvalidDataException();
            if (!reader.TryReadRaw(out var key) || !reader.TryReadRaw(out var payload)) throw new InvalidDataException();
            sum += (long)flags + step + key.Length + payload.Length;
        }

        return sum;
    }

    public long ReadWithPackage()
    {
        var sum = 0L;
        var reader = new MessagePackReader(Body);
        while (!reader.End)
        {
            var (flags, step) = (reader.ReadUInt64(), reader.ReadInt64());
            sum += (long)flags + step + reader.ReadRaw().FirstSpan.Length + reader.ReadRaw().FirstSpan.Length;
        }

        return sum;
    }
}
