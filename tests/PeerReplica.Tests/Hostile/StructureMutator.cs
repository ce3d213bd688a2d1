using System.Buffers;
using MessagePack;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// Frames whose values are well formed and not what a peer of ours sends: elements of good frames that are replaced by others of their type,
/// doubled, left out, exchanged, or taken from another frame. Seeded.
/// </summary>
internal sealed class StructureMutator(Random random, IReadOnlyList<byte[]> good)
{
    private static readonly ulong[] s_numbers = [0, 1, 2, 3, 127, 128, 255, 256, 65_535, 65_536, uint.MaxValue, 1UL << 32, long.MaxValue, ulong.MaxValue];

    /// <summary>Changes a frame in up to three places.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="keepsStructure">Whether elements are only replaced by others of their type, arrays excepted.</param>
    public byte[] Mutate(byte[] frame, bool keepsStructure)
    {
        for (var changes = random.Next(2); changes >= 0; changes--) frame = Change(frame, keepsStructure);
        return frame;
    }

    /// <summary>The elements of a frame behind one another, those of arrays as well; what cannot be read is left out.</summary>
    public static List<(int Start, int Length, MessagePackType Type)> ElementsOf(byte[] frame)
    {
        var elements = new List<(int, int, MessagePackType)>();
        var reader = new MessagePackReader(frame);
        try
        {
            while (!reader.End)
            {
                var (start, type) = ((int)reader.Consumed, reader.NextMessagePackType);
                if (type == MessagePackType.Array) reader.ReadArrayHeader();
                else reader.Skip();
                elements.Add((start, (int)reader.Consumed - start, type));
            }
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException)
        {
            // What follows is no element.
        }

        return elements;
    }

    private byte[] Change(byte[] frame, bool keepsStructure)
    {
        var elements = ElementsOf(frame);

        // The array around the frame and its type stay, so that the message is looked at.
        if (elements.Count < 3) return frame;
        var chosen = elements[random.Next(2, elements.Count)];
        var bytes = frame.AsSpan(chosen.Start, chosen.Length).ToArray();
        if (keepsStructure) return chosen.Type == MessagePackType.Array ? frame : Replace(frame, chosen, OfType(chosen.Type, bytes));
        switch (random.Next(5))
        {
            case 0:
                return Replace(frame, chosen, []);
            case 1:
                return Replace(frame, chosen, [.. bytes, .. bytes]);
            case 2:
                var other = elements[random.Next(2, elements.Count)];
                return Replace(frame, chosen, frame.AsSpan(other.Start, other.Length).ToArray());
            case 3:
                var source = good[random.Next(good.Count)];
                var foreign = ElementsOf(source).Where(e => e.Type == chosen.Type).ToArray();
                if (foreign.Length == 0) return frame;
                var taken = foreign[random.Next(foreign.Length)];
                return Replace(frame, chosen, source.AsSpan(taken.Start, taken.Length).ToArray());
            default:
                return Replace(frame, chosen, OfType(chosen.Type, bytes));
        }
    }

    private byte[] OfType(MessagePackType type, byte[] before)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var output = new MessagePackWriter(buffer);
        switch (type)
        {
            case MessagePackType.Integer:
                // What is always refused only now and then, so that what follows on the link is looked at.
                if (random.Next(200) == 0) output.Write(-random.NextInt64());
                else if (random.Next(10) == 0) output.Write(s_numbers[random.Next(s_numbers.Length)]);
                else output.Write((ulong)random.NextInt64(1L << random.Next(1, 12)));
                break;
            case MessagePackType.String:
                output.Write(new string((char)random.Next('a', 'z'), random.Next(40)));
                break;
            case MessagePackType.Binary:
                var reader = new MessagePackReader(before);
                var length = (int)(reader.ReadBytes()?.Length ?? 0);
                var bytes = new byte[random.Next(200) == 0 ? random.Next(40) : length];

                // Few origins, else each is a new one.
                if (bytes.Length > 0) bytes[^1] = (byte)random.Next(1, 6);
                output.Write(bytes);
                break;
            case MessagePackType.Array:
                output.WriteArrayHeader(random.Next(6));
                break;
            case MessagePackType.Boolean:
                output.Write(random.Next(2) == 0);
                break;
            default:
                output.WriteNil();
                break;
        }

        output.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Replace(byte[] frame, (int Start, int Length, MessagePackType Type) element, byte[] by) =>
        [.. frame.AsSpan(0, element.Start), .. by, .. frame.AsSpan(element.Start + element.Length)];
}
