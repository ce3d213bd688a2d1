using System.Buffers;

namespace PeerReplica.AspNetCore.Tests.Caching;

/// <summary>Sequences of several segments.</summary>
internal sealed class Segments : ReadOnlySequenceSegment<byte>
{
    public static ReadOnlySequence<byte> Of(params byte[][] parts)
    {
        var first = new Segments { Memory = parts[0] };
        var last = first;
        foreach (var part in parts.Skip(1))
        {
            var next = new Segments { Memory = part, RunningIndex = last.RunningIndex + last.Memory.Length };
            last.Next = next;
            last = next;
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
