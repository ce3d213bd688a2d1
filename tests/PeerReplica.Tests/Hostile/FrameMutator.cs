using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>Frames that no peer of ours sends: random bytes, and good frames cut, spliced, and changed in a few places. Seeded.</summary>
internal sealed class FrameMutator(Random random, IReadOnlyList<byte[]> good)
{
    private static readonly byte[][] s_lengths =
    [
        [0xC6, 0xFF, 0xFF, 0xFF, 0xFF], [0xDB, 0x7F, 0xFF, 0xFF, 0xFF], [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0xDD, 0x00, 0xFF, 0xFF, 0xFF],
        [0xDF, 0xFF, 0xFF, 0xFF, 0xFF], [0xDC, 0xFF, 0xFF], [0xC9, 0xFF, 0xFF, 0xFF, 0xFF], [0xC5, 0xFF, 0xFF],
    ];

    private static readonly byte[] s_edges = [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC4, 0xC6, 0xCF, 0xD3, 0xD9, 0xDC, 0xDD, 0xE0, 0xFF];
    private readonly byte[] _frame = new byte[4096];

    /// <summary>The next frame; valid until the one after.</summary>
    public ReadOnlySpan<byte> Next() => random.Next(8) switch
    {
        0 => Noise(),
        1 => Cut(),
        2 => Splice(),
        3 => Oversize(),
        _ => Change(),
    };

    private ReadOnlySpan<byte> Noise()
    {
        var length = random.Next(64);
        random.NextBytes(_frame.AsSpan(0, length));

        // Half of it passes for a message up to its type.
        if (length > 2 && random.Next(2) == 0)
        {
            _frame[0] = (byte)(0x90 | random.Next(2, 10));
            _frame[1] = (byte)random.Next((int)MessageType.Bye + 2);
        }

        return _frame.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> Cut()
    {
        var frame = Copy();
        return frame[..random.Next(frame.Length)];
    }

    private ReadOnlySpan<byte> Splice()
    {
        var head = Copy();
        var kept = random.Next(head.Length);
        var tail = good[random.Next(good.Count)];
        var from = random.Next(tail.Length);
        tail.AsSpan(from).CopyTo(_frame.AsSpan(kept));
        return _frame.AsSpan(0, kept + tail.Length - from);
    }

    private ReadOnlySpan<byte> Oversize()
    {
        var frame = Copy();
        var length = s_lengths[random.Next(s_lengths.Length)];
        var at = random.Next(frame.Length);
        length.CopyTo(_frame.AsSpan(at));
        return _frame.AsSpan(0, Math.Max(frame.Length, at + length.Length));
    }

    private ReadOnlySpan<byte> Change()
    {
        var frame = Copy();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            ref var changed = ref _frame[random.Next(frame.Length)];
            changed = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(changed ^ (1 << random.Next(8))),
                _ => s_edges[random.Next(s_edges.Length)],
            };
        }

        return frame;
    }

    private ReadOnlySpan<byte> Copy()
    {
        var chosen = good[random.Next(good.Count)];
        chosen.CopyTo(_frame.AsSpan());
        return _frame.AsSpan(0, chosen.Length);
    }
}
