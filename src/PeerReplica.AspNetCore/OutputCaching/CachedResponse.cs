using System.Buffers;
using System.Text;

namespace PeerReplica.AspNetCore.OutputCaching;

/// <summary>
/// A response as it is replicated: a byte with the version, the number of tags, for each tag its name and the tag's generation when the response was stored (texts with their
/// lengths), and the response.
/// </summary>
internal readonly record struct CachedResponse(IReadOnlyList<(string Tag, string Generation)> Tags, ReadOnlyMemory<byte> Body)
{
    private const byte Version = 1;

    public static byte[] Encode(IReadOnlyList<(string Tag, string Generation)> tags, ReadOnlySequence<byte> body)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write7BitEncodedInt(tags.Count);
        foreach (var (tag, generation) in tags)
        {
            writer.Write(tag);
            writer.Write(generation);
        }

        foreach (var segment in body) writer.Write(segment.Span);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what an instance wrote; <see langword="false"/> if it is of another version, or is broken.</summary>
    public static bool TryDecode(byte[] bytes, out CachedResponse response)
    {
        response = default;
        if (bytes is not [Version, ..]) return false;
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            reader.ReadByte();
            var tags = new List<(string, string)>();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--) tags.Add((reader.ReadString(), reader.ReadString()));
            response = new CachedResponse(tags, bytes.AsMemory((int)stream.Position));
            return true;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return false;
        }
    }
}
