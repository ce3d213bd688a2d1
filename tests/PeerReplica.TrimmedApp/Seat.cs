using MessagePack;
using MessagePack.Formatters;

namespace PeerReplica.TrimmedApp;

internal sealed record Seat(int Row, string Side);

/// <summary>What a generated resolver would contain.</summary>
internal sealed class SeatFormatter : IMessagePackFormatter<Seat?>
{
    public void Serialize(ref MessagePackWriter writer, Seat? value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(2);
        writer.Write(value!.Row);
        writer.Write(value.Side);
    }

    public Seat Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        reader.ReadArrayHeader();
        return new Seat(reader.ReadInt32(), reader.ReadString() ?? "");
    }
}
