// Named windows: what radiologists call them, centre and width in HU.
export interface WindowPreset {
  id: string;
  name: string;
  width: number;
  level: number;
}

export const CT_WINDOWS: readonly WindowPreset[] = [
  { id: 'soft-tissue', name: 'Soft tissue', width: 400, level: 40 },
  { id: 'pancreas', name: 'Pancreas', width: 250, level: 90 },
  { id: 'liver', name: 'Liver', width: 160, level: 70 },
  { id: 'lung', name: 'Lung', width: 1500, level: -600 },
  { id: 'bone', name: 'Bone', width: 1800, level: 400 },
  { id: 'brain', name: 'Brain', width: 80, level: 40 },
];
